"""How a sequence becomes a vector."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from search_spaces.layers.attention_pooling import attention_pool
from search_spaces.layers.heads import collapse
from search_spaces.layers.sequence import lengthen

SEQUENCE_HEADS = ("average", "max", "last", "attention")


def summarize(kind: str, tensor: Any, name: str, mask: Any = None, both_ends: bool = False) -> Any:
    """Turns (batch, steps, channels) into (batch, features).

    Args:
        kind: One of `SEQUENCE_HEADS`: average, maximum, last step of data, or
            an average that is learned.
        tensor: A Keras tensor.
        name: Prefix of the layers' names.
        mask: 1 for steps of data and 0 for padding, (batch, steps, 1), or None;
            padding comes at the end and does not count.
        both_ends: Whether ``"last"`` means the first step too, as it must after
            a layer that also reads backwards and ends there.

    Raises:
        ValueError: If `kind` is not one of `SEQUENCE_HEADS`.
    """
    if kind not in SEQUENCE_HEADS:
        raise ValueError(f"A head of sequences is one of {SEQUENCE_HEADS}. Received: {kind!r}")
    if kind == "attention":
        return attention_pool(tensor, name, mask)
    if kind == "last":
        last = last_step(tensor, mask)
        if not both_ends:
            return last
        return keras.layers.Concatenate(name=f"{name}j")([last, tensor[:, 0]])
    return collapse(kind, tensor, name, mask)


def last_step(tensor: Any, mask: Any = None) -> Any:
    """Returns the last step that is data: (batch, channels); zeros if there is none."""
    if mask is None:
        return tensor[:, -1]
    # The last step of data is the one that no other step of data follows.
    following = lengthen(mask, int(mask.shape[1]) + 1)[:, 1:]
    return ops.sum(ops.multiply(tensor, ops.subtract(mask, following)), axis=1)
