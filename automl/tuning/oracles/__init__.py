"""Strategies: one `keras_tuner.Oracle` subclass a file."""
