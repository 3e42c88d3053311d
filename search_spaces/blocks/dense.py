"""Dense layers of vectors, plain and residual.

They are no `Block`: a vector has no positions. A space puts them together.
"""

from __future__ import annotations

from typing import Any

import keras

from search_spaces.blocks.base import Surroundings
from search_spaces.layers.dropping import drop, drop_branch


def plain_dense(tensor: Any, around: Surroundings) -> Any:
    """Applies dense layer, normalization, activation and dropout.

    With selu and no normalization this is a layer of a self-normalizing network
    (Klambauer et al., 2017, https://arxiv.org/abs/1706.02515).

    Args:
        tensor: Keras tensor of shape (batch, features).
        around: What the model decides; ``filters`` are the layer's units.

    Returns:
        A Keras tensor of shape (batch, units).
    """
    tensor = keras.layers.Dense(
        around.filters,
        use_bias=around.use_bias,
        kernel_initializer=around.initializer,
        name=f"{around.name}w",
    )(tensor)
    return drop(around.finish(tensor), around.dropout, f"{around.name}o", around.activation)


def residual_dense(tensor: Any, expansion: int, around: Surroundings) -> Any:
    """Adds normalization, dense layer, activation, dropout and dense layer to `tensor`.

    The residual block for tables of Gorishniy et al., "Revisiting Deep Learning
    Models for Tabular Data", 2021, https://arxiv.org/abs/2106.11959.

    Args:
        tensor: Keras tensor of shape (batch, units).
        expansion: Inner width over outer width.
        around: What the model decides; ``filters`` must be the tensor's units.

    Raises:
        ValueError: If the widths differ.
    """
    if int(tensor.shape[-1]) != around.filters:
        raise ValueError(
            f"A residual layer keeps its width. Received: filters={around.filters} for"
            f" shape={tuple(tensor.shape)}"
        )
    branch = keras.layers.Dense(
        around.filters * expansion,
        kernel_initializer=around.initializer,
        name=f"{around.name}w",
    )(around.normalize(tensor))
    branch = drop(around.activate(branch), around.dropout, f"{around.name}o", around.activation)
    # The next block normalizes the sum, which would cancel a bias.
    branch = keras.layers.Dense(around.filters, use_bias=around.use_bias, name=f"{around.name}v")(
        branch
    )
    branch = drop_branch(branch, around.branch_dropout, f"{around.name}b")
    return keras.layers.Add(name=f"{around.name}s")([tensor, branch])
