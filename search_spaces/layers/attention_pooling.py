"""A learned average over the steps."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from search_spaces.layers.attention import padding_scores


def attention_pool(tensor: Any, name: str, mask: Any = None) -> Any:
    """Returns the average over steps (batch, channels), weighted by what the steps say.

    A step's score is v . tanh(W x + b), and its weight the softmax over steps:
    Yang et al., "Hierarchical Attention Networks", 2016, section 2.2.

    Args:
        tensor: A Keras tensor of shape (batch, steps, channels).
        name: Prefix of the layers' names.
        mask: 1 for steps of data and 0 for padding, (batch, steps, 1), or None.
    """
    hidden = keras.layers.Dense(int(tensor.shape[-1]), activation="tanh", name=f"{name}h")(tensor)
    # Without a bias: the softmax would cancel it.
    scores = keras.layers.Dense(1, use_bias=False, name=f"{name}s")(hidden)
    # Masked and softmaxed with steps as the last axis: of (batch, steps, 1), TFLite's
    # converter refuses the sum where the mask has other users besides.
    steps = int(tensor.shape[1])
    scores = ops.reshape(scores, (-1, steps))
    if mask is not None:
        scores = ops.add(scores, padding_scores(ops.reshape(mask, (-1, steps))))
    weights = keras.layers.Softmax(name=f"{name}w")(scores)
    return ops.sum(ops.multiply(tensor, ops.reshape(weights, (-1, steps, 1))), axis=1)
