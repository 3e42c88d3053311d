"""What is added to a residual branch."""

from __future__ import annotations

from typing import Any

import keras

from search_spaces.blocks.base import Surroundings
from search_spaces.layers.convolution import pointwise
from search_spaces.layers.dropping import drop_branch
from search_spaces.layers.pooling import pool


def shortcut(tensor: Any, around: Surroundings) -> Any:
    """Returns a block's input in the shape of its output, in layers ``<name>d`` and ``<name>s``."""
    if around.strides == 2:
        # Averaging keeps what a strided 1x1 convolution would throw away.
        tensor = pool("average", tensor, f"{around.name}d", around.mask)[0]
    if tensor.shape[-1] != around.filters:
        # Without a bias: a second one, summed with that of the main path, adds nothing.
        tensor = pointwise(
            tensor,
            around.filters,
            False,
            f"{around.name}s",
            kernel_initializer=around.initializer,
        )
    return tensor


def add_branch(branch: Any, tensor: Any, around: Surroundings, name: str) -> Any:
    """Returns branch + tensor; in training the branch is dropped at times.

    Args:
        branch: What the block's layers made.
        tensor: The shortcut, of the same shape.
        around: What the model decides.
        name: Letter of the sum; the dropping is ``<name>r``.
    """
    branch = drop_branch(branch, around.branch_dropout, f"{around.name}r")
    return keras.layers.Add(name=f"{around.name}{name}")([branch, tensor])
