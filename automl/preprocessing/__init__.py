"""What happens to raw data before a searched model sees it, and to its answer after.

An *encoder* works outside of the exported file, where no runtime can: it decodes a
picture, splits a text, looks up a category. A *front* is the first part of the
exported file, a *tail* its last: layers that are not searched.
"""
