"""Convolutions of sequences and of images by one name: the tensor's rank picks the layer.

A sequence is (batch, steps, channels), an image (batch, height, width, channels).
"""

from __future__ import annotations

from typing import Any

import keras


def rank_of(tensor: Any) -> int:
    """Returns the number of axes of positions: 1 for sequences, 2 for images.

    Raises:
        ValueError: If the tensor is neither.
    """
    rank = len(tensor.shape) - 2
    if rank not in (1, 2):
        raise ValueError(
            f"A convolution takes sequences or images. Received: shape={tuple(tensor.shape)}"
        )
    return rank


def convolve(tensor: Any, filters: int, kernel: int, name: str, **options: Any) -> Any:
    """Applies a convolution with ``padding="same"`` unless `options` say otherwise.

    Args:
        tensor: A Keras tensor of a sequence or an image.
        filters: Channels put out.
        kernel: Length of the kernel, on every axis.
        name: Name of the layer.
        options: Further arguments of `keras.layers.Conv1D` or ``Conv2D``.
    """
    layer = (keras.layers.Conv1D, keras.layers.Conv2D)[rank_of(tensor) - 1]
    return layer(filters, kernel, name=name, **{"padding": "same", **options})(tensor)


def depthwise(tensor: Any, kernel: int, name: str, **options: Any) -> Any:
    """Applies a depthwise convolution; arguments as of `convolve`."""
    layer = (keras.layers.DepthwiseConv1D, keras.layers.DepthwiseConv2D)[rank_of(tensor) - 1]
    return layer(kernel, name=name, **{"padding": "same", **options})(tensor)


def separable(tensor: Any, filters: int, kernel: int, name: str, **options: Any) -> Any:
    """Applies a depthwise-separable convolution; arguments as of `convolve`."""
    layer = (keras.layers.SeparableConv1D, keras.layers.SeparableConv2D)[rank_of(tensor) - 1]
    return layer(filters, kernel, name=name, **{"padding": "same", **options})(tensor)


def pointwise(tensor: Any, filters: int, use_bias: bool, name: str, **options: Any) -> Any:
    """Applies a convolution of kernel 1: one dense layer at every position."""
    return convolve(tensor, filters, 1, name, use_bias=use_bias, **options)
