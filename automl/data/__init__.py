"""Data sources and the dataset they fill."""
