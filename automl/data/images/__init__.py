"""Reading picture files: decoded on all cores, kept once decoded, in memory or on disk."""
