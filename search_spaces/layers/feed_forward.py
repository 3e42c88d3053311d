"""What a transformer does at every step on its own."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from search_spaces.layers.activations import activation, initializer_for
from search_spaces.layers.dropping import drop

FEED_FORWARDS = ("plain", "gated")


def feed_forward(
    kind: str, tensor: Any, ratio: int, name: str, *, active: str = "gelu", dropout: float = 0.0
) -> Any:
    """Widens the channels, activates them and narrows them again.

    ``"gated"`` multiplies the activated channels by as many linear ones (Shazeer,
    "GLU Variants Improve Transformer", 2020, https://arxiv.org/abs/2002.05202); it
    is two thirds as wide, which costs the same.

    Args:
        kind: One of `FEED_FORWARDS`.
        tensor: A Keras tensor of shape (batch, steps, channels).
        ratio: Inner width over channels, of a plain one.
        name: Prefix of the layers' names.
        active: An activation's name.
        dropout: Share of inner values dropped in training.

    Returns:
        A Keras tensor of the same shape.

    Raises:
        ValueError: If `kind` is not one of `FEED_FORWARDS`.
    """
    if kind not in FEED_FORWARDS:
        raise ValueError(f"A feed-forward is one of {FEED_FORWARDS}. Received: kind={kind!r}")
    channels = int(tensor.shape[-1])
    inner = ratio * channels
    if kind == "gated":
        inner = max(1, round(inner * 2 / 3))
    wide = keras.layers.Dense(inner, kernel_initializer=initializer_for(active), name=f"{name}u")(
        tensor
    )
    wide = activation(active, f"{name}a")(wide)
    if kind == "gated":
        wide = ops.multiply(wide, keras.layers.Dense(inner, name=f"{name}g")(tensor))
    wide = drop(wide, dropout, f"{name}i", active)
    return keras.layers.Dense(channels, name=f"{name}d")(wide)
