"""How a stage halves height and width."""

from __future__ import annotations

from typing import Any

import keras

POOLINGS = ("max", "average", "stride")


def pool(kind: str, tensor: Any, name: str) -> tuple[Any, int]:
    """Halves height and width, rounded up.

    Args:
        kind: One of `POOLINGS`. ``"stride"`` leaves it to the next block.
        tensor: Keras tensor of shape (batch, height, width, channels).
        name: Name of the pooling layer.

    Returns:
        The tensor, and the strides that the next block has to use.

    Raises:
        ValueError: If `kind` is not one of `POOLINGS`.
    """
    if kind == "stride":
        return tensor, 2
    layers = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
    if kind not in layers:
        raise ValueError(f"A pooling is one of {POOLINGS}. Received: kind={kind!r}")
    return layers[kind](2, padding="same", name=name)(tensor), 1
