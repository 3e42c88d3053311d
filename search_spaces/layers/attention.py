"""Self-attention of standard layers, whose exported files stay true to Keras."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from search_spaces.layers.dropping import drop
from search_spaces.layers.masking import keep
from search_spaces.layers.positions import rotate

#: Added to the scores of padding. e^-30 is nothing beside any score of data, and
#: the usual -1e9 would leave int8 a single step for all the scores of data.
MASKED = -30.0


def attend(
    tensor: Any,
    heads: int,
    key_width: int,
    name: str,
    *,
    mask: Any = None,
    rotary: bool = False,
    dropout: float = 0.0,
) -> Any:
    """Lets every step look at every step that is data.

    Keys and values have no bias: softmax cancels the one and the output's bias
    makes the other superfluous. So padding, set to zero before them, has neither
    a score nor a value of its own.

    Source: Vaswani et al., "Attention Is All You Need", 2017,
    https://arxiv.org/abs/1706.03762.

    Args:
        tensor: A Keras tensor of shape (batch, steps, channels).
        heads: Number of attentions side by side.
        key_width: Channels of a head's queries, keys and values; even if `rotary`.
        name: Prefix of the layers' names.
        mask: 1 for steps of data and 0 for padding, (batch, steps, 1), or None.
        rotary: Whether queries and keys are turned by their position.
        dropout: Share of attention weights dropped in training.

    Returns:
        A Keras tensor of the same shape.
    """
    steps, channels = (int(size) for size in tensor.shape[1:])
    tensor = keep(tensor, mask)
    inner = heads * key_width
    value = keras.layers.Dense(inner, use_bias=False, name=f"{name}v")(tensor)
    if steps > 1:  # A single step can look at itself only.
        query = keras.layers.Dense(inner, name=f"{name}q")(tensor)
        key = keras.layers.Dense(inner, use_bias=False, name=f"{name}k")(tensor)
        query, key = (_by_head(each, heads, key_width) for each in (query, key))
        if rotary:
            query, key = rotate(query), rotate(key)
        weights = _weights(query, key, mask, name)
        weights = drop(weights, dropout, f"{name}w")
        value = _by_step(ops.matmul(weights, _by_head(value, heads, key_width)))
    return keras.layers.Dense(channels, name=f"{name}o")(value)


def _weights(query: Any, key: Any, mask: Any, name: str) -> Any:
    """Returns how much each step takes of each other: (batch, heads, steps, steps)."""
    steps, key_width = int(query.shape[2]), int(query.shape[3])
    # Scaled before the product, so that a quantized product has a smaller range.
    query = ops.multiply(query, key_width**-0.5)
    scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2)))
    if mask is not None:
        scores = ops.add(scores, padding_scores(ops.reshape(mask, (-1, 1, 1, steps))))
    return keras.layers.Softmax(name=f"{name}s")(scores)


def padding_scores(mask: Any) -> Any:
    """Returns what is added to scores: 0 for data, `MASKED` for padding; as long as `mask`."""
    return ops.multiply(ops.subtract(1.0, mask), MASKED)


def _by_head(tensor: Any, heads: int, key_width: int) -> Any:
    """Turns (batch, steps, heads * key_width) into (batch, heads, steps, key_width)."""
    steps = int(tensor.shape[1])
    return ops.transpose(ops.reshape(tensor, (-1, steps, heads, key_width)), (0, 2, 1, 3))


def _by_step(tensor: Any) -> Any:
    """Undoes `_by_head`."""
    heads, steps, key_width = (int(size) for size in tensor.shape[1:])
    return ops.reshape(ops.transpose(tensor, (0, 2, 1, 3)), (-1, steps, heads * key_width))
