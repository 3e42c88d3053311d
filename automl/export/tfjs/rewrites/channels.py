"""What it means for a constant to hold one number per channel."""

from __future__ import annotations

import numpy as np


def channel_vector(value: np.ndarray | None, channels: int | None = None) -> np.ndarray | None:
    """Returns a float constant as a vector over the last axis, or None if it is more than that.

    Args:
        value: Constant, e.g. of shape ``[C]``, ``[1, 1, C]`` or a scalar.
        channels: Length to broadcast to; None leaves the length as it is.
    """
    if value is None or value.dtype.kind != "f" or value.size == 0:
        return None
    if any(size != 1 for size in value.shape[:-1]):
        return None
    vector = value.reshape(-1)
    if channels is None:
        return vector
    if vector.size not in (1, channels):
        return None
    return np.broadcast_to(vector, (channels,))
