"""Noise that trains a model and is gone from what is exported."""

from __future__ import annotations

from typing import Any

import keras

from search_spaces.layers.activations import dropout_for
from search_spaces.layers.convolution import rank_of


def drop(tensor: Any, rate: float, name: str, activation: str = "") -> Any:
    """Drops single values; after selu in the way that keeps mean and variance.

    Args:
        tensor: Any Keras tensor.
        rate: Share of values dropped, in [0, 1); 0 adds no layer.
        name: Name of the layer.
        activation: Activation that the model uses.
    """
    if not rate:
        return tensor
    alpha = dropout_for(activation) == "alpha"
    layer = keras.layers.AlphaDropout if alpha else keras.layers.Dropout
    return layer(rate, name=name)(tensor)


def drop_channels(tensor: Any, rate: float, name: str) -> Any:
    """Drops whole channels of a sequence or an image; rate 0 adds no layer.

    Source: Tompson et al., 2014, https://arxiv.org/abs/1411.4280.
    """
    if not rate:
        return tensor
    layers = (keras.layers.SpatialDropout1D, keras.layers.SpatialDropout2D)
    return layers[rank_of(tensor) - 1](rate, name=name)(tensor)


def drop_branch(tensor: Any, rate: float, name: str) -> Any:
    """Drops a residual branch for whole examples (stochastic depth); rate 0 adds no layer.

    Source: Huang et al., "Deep Networks with Stochastic Depth", 2016,
    https://arxiv.org/abs/1603.09382; scaled in training as Keras' dropout is.
    """
    if not rate:
        return tensor
    shape = (None, *[1] * (len(tensor.shape) - 1))
    return keras.layers.Dropout(rate, noise_shape=shape, name=name)(tensor)


def add_noise(tensor: Any, deviation: float, name: str) -> Any:
    """Adds Gaussian noise to rescaled inputs in training; 0 adds no layer."""
    return keras.layers.GaussianNoise(deviation, name=name)(tensor) if deviation else tensor
