"""The ask/tell loop, its budget and its oracles.

Not called `search`: a package of that name would shadow the function `automl.search`.
"""
