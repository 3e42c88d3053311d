"""Runs jobs in supervised worker processes."""
