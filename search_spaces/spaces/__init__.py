"""Named search spaces, one per file."""
