"""Trains a model to live with int8 rounding."""
