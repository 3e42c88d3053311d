"""Code that is written beside an exported file, for programs that feed it.

The Python files are what this package uses itself; the others do the same in
JavaScript and Kotlin. All of them need their language's own library and no more.
"""
