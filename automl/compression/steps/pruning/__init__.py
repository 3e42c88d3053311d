"""Sets weights to zero."""
