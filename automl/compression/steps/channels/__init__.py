"""Removes channels: which belong together, which matter least, and the model without them."""
