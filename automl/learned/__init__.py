"""What finished runs leave for later ones on the same kind of data; it stays on this machine."""
