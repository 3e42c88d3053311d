"""What labels that come as arrays are."""
