"""Lets the weights of a kernel share a few values."""
