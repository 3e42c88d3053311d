"""Keras layers by name and rank: what blocks and spaces are put together from."""
