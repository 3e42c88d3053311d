"""How a feature map becomes a vector."""

from __future__ import annotations

from typing import Any

import keras

HEADS = ("average", "max", "flatten")


def collapse(kind: str, tensor: Any, name: str) -> Any:
    """Turns a (batch, height, width, channels) tensor into (batch, features).

    Args:
        kind: One of `HEADS`: global average, global maximum, or every pixel.
        tensor: A Keras tensor.
        name: Name of the layer.

    Raises:
        ValueError: If `kind` is not one of `HEADS`.
    """
    layers = {
        "average": keras.layers.GlobalAveragePooling2D,
        "max": keras.layers.GlobalMaxPooling2D,
        "flatten": keras.layers.Flatten,
    }
    if kind not in layers:
        raise ValueError(f"A head is one of {HEADS}. Received: kind={kind!r}")
    return layers[kind](name=name)(tensor)
