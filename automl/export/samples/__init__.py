"""Small runnable programs that are written beside exported files.

The folders hold pieces: how an input is read, how a format is run, how an answer is
told. `composing` puts together the ones that a run needs.
"""
