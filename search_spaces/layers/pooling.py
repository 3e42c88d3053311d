"""How a stage halves its positions."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from search_spaces.layers.convolution import rank_of
from search_spaces.layers.masking import extend

POOLINGS = ("max", "average", "stride")

_LAYERS = {
    "max": (keras.layers.MaxPooling1D, keras.layers.MaxPooling2D),
    "average": (keras.layers.AveragePooling1D, keras.layers.AveragePooling2D),
}


def pool(kind: str, tensor: Any, name: str, mask: Any = None) -> tuple[Any, int]:
    """Halves every axis of positions, rounded up.

    Args:
        kind: One of `POOLINGS`. ``"stride"`` leaves it to the next block.
        tensor: Keras tensor of shape (batch, *positions, channels).
        name: Name of the pooling layer.
        mask: 1 for steps of data and 0 for padding, (batch, steps, 1), or None;
            `shrink_mask` gives that of the result.

    Returns:
        The tensor, and the strides that the next block has to use.

    Raises:
        ValueError: If `kind` is not one of `POOLINGS`.
    """
    if kind == "stride":
        return tensor, 2
    if kind not in _LAYERS:
        raise ValueError(f"A pooling is one of {POOLINGS}. Received: kind={kind!r}")
    layer = _LAYERS[kind][rank_of(tensor) - 1]
    return layer(2, padding="same", name=name)(extend(tensor, mask)), 1


def shrink_mask(mask: Any, factor: int) -> Any:
    """Returns a mask (batch, steps, 1) for `factor` times fewer steps, rounded up, or None.

    A step that has seen any data counts as data.
    """
    if mask is None or factor == 1:
        return mask
    return ops.max_pool(mask, factor, strides=factor, padding="same")
