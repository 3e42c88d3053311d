"""Plots as inline SVG; each file decides what its plot shows, then draws it."""
