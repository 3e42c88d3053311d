"""Sounds from folders of files."""
