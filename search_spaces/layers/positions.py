"""How the steps of a sequence get to know where they stand."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

POSITIONS = ("learned", "sinusoidal", "none")

# Constants are multiples of this: a saved model spells each of them out, and
# these have few decimals.
_GRAIN = 1 / 1024
_BASE = 10000.0


def place(kind: str, tensor: Any, width: int, name: str) -> Any:
    """Projects every step to `width` channels and adds its position.

    Args:
        kind: One of `POSITIONS`: a trained vector for each position, sines and
            cosines (Vaswani et al., 2017, section 3.5), or nothing.
        tensor: A Keras tensor of shape (batch, steps, channels).
        width: Channels put out.
        name: Name of the layer.

    Returns:
        A Keras tensor of shape (batch, steps, width).

    Raises:
        ValueError: If `kind` is not one of `POSITIONS`.
    """
    if kind not in POSITIONS:
        raise ValueError(f"Positions are one of {POSITIONS}. Received: kind={kind!r}")
    steps = int(tensor.shape[1])
    if kind == "learned":
        # One bias for each position: the projection and the positions in one layer.
        return keras.layers.EinsumDense(
            "abc,cd->abd",
            output_shape=(steps, width),
            bias_axes="bd",
            bias_initializer=keras.initializers.RandomNormal(stddev=0.02),
            name=name,
        )(tensor)
    tensor = keras.layers.Dense(width, name=name)(tensor)
    return ops.add(tensor, waves(steps, width)) if kind == "sinusoidal" else tensor


def waves(steps: int, width: int) -> NDArray[np.float32]:
    """Returns sines in the first half of `width` and cosines in the second: (steps, width)."""
    angles = _angles(steps, -(-width // 2))
    return _grained(np.concatenate([np.sin(angles), np.cos(angles)], axis=1)[:, :width])


def rotate(tensor: Any) -> Any:
    """Turns pairs of channels by angles that grow with the position.

    The product of two turned vectors depends on their distance alone. Source: Su
    et al., "RoFormer", 2021, https://arxiv.org/abs/2104.09864.

    Args:
        tensor: A Keras tensor of shape (batch, heads, steps, channels), with an
            even number of channels; channel i pairs with the one half of them on.
    """
    steps, channels = (int(size) for size in tensor.shape[2:])
    if channels % 2:
        raise ValueError(
            f"Rotary positions turn pairs of channels. Received: {channels} channels; use an"
            " even number"
        )
    half = channels // 2
    angles = _angles(steps, half)
    cos, sin = _grained(np.cos(angles)), _grained(np.sin(angles))
    swapped = ops.concatenate([tensor[..., half:], tensor[..., :half]], axis=-1)
    return ops.add(
        ops.multiply(tensor, np.concatenate([cos, cos], axis=1)),
        ops.multiply(swapped, np.concatenate([-sin, sin], axis=1)),
    )


def prepend_class(tensor: Any, mask: Any, name: str) -> tuple[Any, Any]:
    """Puts a trained vector before the steps, which can gather what they say.

    Source: Devlin et al., "BERT", 2018, https://arxiv.org/abs/1810.04805.

    Args:
        tensor: A Keras tensor of shape (batch, steps, channels).
        mask: 1 for steps of data and 0 for padding, (batch, steps, 1), or None.
        name: Name of the layer.

    Returns:
        The tensor and the mask, one step longer.
    """
    one = ops.ones_like(tensor[:, :1, :1])
    first = keras.layers.Dense(int(tensor.shape[-1]), use_bias=False, name=name)(one)
    longer = ops.concatenate([first, tensor], axis=1)
    return longer, None if mask is None else ops.concatenate([one, mask], axis=1)


def _angles(steps: int, count: int) -> NDArray[np.float64]:
    """Returns position times frequency, slower from column to column: (steps, count)."""
    frequencies = _BASE ** (-np.arange(count) / count)
    angles: NDArray[np.float64] = np.arange(steps)[:, None] * frequencies
    return angles


def _grained(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return (np.round(values / _GRAIN) * _GRAIN).astype("float32")
