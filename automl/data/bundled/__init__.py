"""Data sets that ship inside scikit-learn."""
