"""How images and sequences become few enough steps for attention."""

from __future__ import annotations

from typing import Any

import keras

from search_spaces.layers.activations import activation, initializer_for
from search_spaces.layers.convolution import convolve, rank_of
from search_spaces.layers.masking import fill
from search_spaces.layers.normalization import normalization
from search_spaces.layers.pooling import pool

#: Positions above which a convolution strides at once instead of being pooled.
_MANY = {1: 512, 2: 2048}


def patches(tensor: Any, size: int, width: int, name: str, mask: Any = None) -> Any:
    """Projects every patch of `size` positions on each axis, and normalizes it.

    Patches cover the image or the sequence; the last may reach beyond it.
    Source: Dosovitskiy et al., "An Image is Worth 16x16 Words", 2020,
    https://arxiv.org/abs/2010.11929.

    Args:
        tensor: A Keras tensor of shape (batch, *positions, channels).
        size: Length of a patch on each axis.
        width: Channels put out.
        name: Prefix of the layers' names.
        mask: 1 for patches with data and 0 for padding, (batch, patches, 1), or None.
    """
    tensor = convolve(tensor, width, size, f"{name}c", strides=size, use_bias=False)
    tensor = fill(tensor, mask)
    return normalization("layer", f"{name}n")(tensor)


def convolutions(
    tensor: Any, halvings: int, width: int, name: str, active: str = "relu", kernel: int = 3
) -> Any:
    """Halves every axis of positions `halvings` times with convolutions and max pooling.

    Source: Hassani et al., "Escaping the Big Data Paradigm with Compact
    Transformers", 2021, https://arxiv.org/abs/2104.05704. Large inputs are
    strided over, or their first convolution would cost nearly everything.

    Args:
        tensor: A Keras tensor of shape (batch, *positions, channels).
        halvings: Number of convolutions; 0 makes one that keeps the positions.
        width: Channels put out; the convolutions before the last have half of them.
        name: Prefix of the layers' names.
        active: Activation after each convolution.
        kernel: Length of the kernels, on every axis.
    """
    for number in range(1, max(halvings, 1) + 1):
        filters = width if number >= halvings else max(8, width // 2)
        many = _positions(tensor) > _MANY[rank_of(tensor)]
        strided = many and halvings > 0
        tensor = convolve(
            tensor,
            filters,
            kernel,
            f"{name}c{number}",
            strides=2 if strided else 1,
            kernel_initializer=initializer_for(active),
        )
        tensor = activation(active, f"{name}a{number}")(tensor)
        if halvings and not strided:
            tensor, _ = pool("max", tensor, f"{name}p{number}")
    return tensor


def strided(tensor: Any, strides: int, width: int, name: str, active: str, kernel: int) -> Any:
    """Applies one convolution that shrinks a sequence, and activates it.

    Args:
        tensor: A Keras tensor of shape (batch, steps, channels).
        strides: How many steps become one, rounded up.
        width: Channels put out.
        name: Prefix of the layers' names.
        active: Activation after the convolution.
        kernel: Length of the kernel where `strides` are 1; strides skip no step.
    """
    tensor = convolve(
        tensor,
        width,
        kernel if strides == 1 else max(kernel, 2 * strides - 1),
        f"{name}c",
        strides=strides,
        kernel_initializer=initializer_for(active),
    )
    return activation(active, f"{name}a")(tensor)


def flatten_positions(tensor: Any, name: str) -> Any:
    """Turns (batch, *positions, channels) into (batch, steps, channels)."""
    if len(tensor.shape) == 3:
        return tensor
    channels = int(tensor.shape[-1])
    return keras.layers.Reshape((_positions(tensor), channels), name=name)(tensor)


def _positions(tensor: Any) -> int:
    total = 1
    for size in tensor.shape[1:-1]:
        total *= int(size)
    return total
