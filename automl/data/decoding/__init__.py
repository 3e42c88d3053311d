"""Files that are decoded once, on all cores, and kept: what pictures and sounds have in common."""
