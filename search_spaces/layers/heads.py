"""How a feature map or a sequence becomes a vector."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from search_spaces.layers.activations import activation, initializer_for
from search_spaces.layers.convolution import rank_of
from search_spaces.layers.masking import fill, keep

HEADS = ("average", "max", "flatten", "dense")

_LAYERS = {
    "average": (keras.layers.GlobalAveragePooling1D, keras.layers.GlobalAveragePooling2D),
    "max": (keras.layers.GlobalMaxPooling1D, keras.layers.GlobalMaxPooling2D),
    "flatten": (keras.layers.Flatten, keras.layers.Flatten),
}

#: Most positions on each axis that the hidden layer of ``"dense"`` looks at: of a
#: sequence, of an image. A whole feature map would take most of a model's weights.
_MOST = (8, 4)


def collapse(
    kind: str,
    tensor: Any,
    name: str,
    mask: Any = None,
    *,
    units: int = 64,
    activate: str = "relu",
) -> Any:
    """Turns (batch, *positions, channels) into (batch, features).

    Args:
        kind: One of `HEADS`: global average, global maximum, every position, or
            a hidden layer over every position, of which there are at most 8
            steps or 4x4 pixels: more are averaged.
        tensor: A Keras tensor.
        name: Name of the layer; ``"dense"`` adds a letter for each of its own.
        mask: 1 for steps of data and 0 for padding, (batch, steps, 1), or None;
            padding does not count.
        units: Width of the hidden layer of ``"dense"``.
        activate: Its activation.

    Raises:
        ValueError: If `kind` is not one of `HEADS`.
    """
    if kind not in HEADS:
        raise ValueError(f"A head is one of {HEADS}. Received: kind={kind!r}")
    if kind == "dense":
        return _hidden(keep(tensor, mask), name, units, activate)
    if mask is None:
        return _LAYERS[kind][rank_of(tensor) - 1](name=name)(tensor)
    if kind == "average":
        return masked_average(tensor, mask)
    kept = keep(tensor, mask)
    if kind == "max":  # Padding repeats the first step: no constant that widens an int8 range.
        kept = fill(kept, mask)
    return _LAYERS[kind][0](name=name)(kept)


def masked_average(tensor: Any, mask: Any) -> Any:
    """Returns the mean over the steps that are data: (batch, channels).

    It multiplies twice with the root of the reciprocal: int8 division gives any value
    where a quotient is small beside the range of its result, as it is before a
    concatenation with larger values.
    """
    total = ops.sum(ops.multiply(tensor, mask), axis=1)
    root = ops.rsqrt(ops.maximum(ops.sum(mask, axis=1), 1.0))
    return ops.multiply(ops.multiply(total, root), root)


def _hidden(tensor: Any, name: str, units: int, activate: str) -> Any:
    rank = rank_of(tensor)
    sizes = tuple(-(-int(length) // _MOST[rank - 1]) for length in tensor.shape[1:-1])
    if max(sizes) > 1:
        layer = (keras.layers.AveragePooling1D, keras.layers.AveragePooling2D)[rank - 1]
        tensor = layer(sizes if rank == 2 else sizes[0], padding="same", name=f"{name}p")(tensor)
    tensor = keras.layers.Flatten(name=f"{name}f")(tensor)
    tensor = keras.layers.Dense(
        units, kernel_initializer=initializer_for(activate), name=f"{name}d"
    )(tensor)
    return activation(activate, f"{name}a")(tensor)
