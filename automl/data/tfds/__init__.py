"""Data sets of the `tensorflow_datasets` catalogue."""
