"""Runtimes that run exported files, and the comparison with Keras."""
