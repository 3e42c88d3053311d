"""What a recipe is made of: one step a file, of the role in `base`.

A step that needs helpers of its own stands in a package with them. What several
share stands here: `graph` and `kernels` read and rebuild models, `constraints`
keep zeros and clusters in place, `engines` hand the work to TFMOT, `epochs` say how
long a step trains.
"""
