"""What lies in a folder: which files, of which kind, with which labels and splits."""
