"""How a feature map or a sequence becomes a vector."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from search_spaces.layers.convolution import rank_of

HEADS = ("average", "max", "flatten")

_LAYERS = {
    "average": (keras.layers.GlobalAveragePooling1D, keras.layers.GlobalAveragePooling2D),
    "max": (keras.layers.GlobalMaxPooling1D, keras.layers.GlobalMaxPooling2D),
    "flatten": (keras.layers.Flatten, keras.layers.Flatten),
}


def collapse(kind: str, tensor: Any, name: str, mask: Any = None) -> Any:
    """Turns (batch, *positions, channels) into (batch, features).

    Args:
        kind: One of `HEADS`: global average, global maximum, or every position.
        tensor: A Keras tensor.
        name: Name of the layer.
        mask: 1 for steps of data and 0 for padding, (batch, steps, 1), or None;
            padding does not count.

    Raises:
        ValueError: If `kind` is not one of `HEADS`.
    """
    if kind not in _LAYERS:
        raise ValueError(f"A head is one of {HEADS}. Received: kind={kind!r}")
    if mask is None:
        return _LAYERS[kind][rank_of(tensor) - 1](name=name)(tensor)
    if kind == "average":
        return masked_average(tensor, mask)
    kept = ops.multiply(tensor, mask)
    if kind == "max":
        # Padding repeats the first step: no constant that widens an int8 range.
        first = ops.multiply(tensor[:, :1], ops.subtract(1.0, mask))
        kept = ops.add(kept, first)
    return _LAYERS[kind][0](name=name)(kept)


def masked_average(tensor: Any, mask: Any) -> Any:
    """Returns the mean over the steps that are data: (batch, channels)."""
    total = ops.sum(ops.multiply(tensor, mask), axis=1)
    return ops.divide(total, ops.maximum(ops.sum(mask, axis=1), 1.0))
