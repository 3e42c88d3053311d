"""Channels weighed by what the whole input shows of them."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from search_spaces.layers.activations import activation
from search_spaces.layers.convolution import pointwise, rank_of
from search_spaces.layers.heads import masked_average

#: Fewer would often all be dead under relu, and then nothing before them trains.
_FEWEST = 8


def excite(tensor: Any, ratio: float, kind: str, name: str, mask: Any = None) -> Any:
    """Multiplies each channel by a gate computed of the averages of all; ratio 0 changes nothing.

    The gate is the hard sigmoid of MobileNetV3 (Howard et al., 2019,
    https://arxiv.org/abs/1905.02244), which int8 holds exactly.

    Args:
        tensor: Keras tensor of a sequence or an image.
        ratio: Width of the hidden layer over that of `tensor`, at least 8 channels.
        kind: Activation of the hidden layer.
        name: Prefix of the layers' names.
        mask: 1 for steps of data and 0 for padding, (batch, steps, 1), or None;
            padding does not count.

    Source: Hu et al., "Squeeze-and-Excitation Networks", 2017,
    https://arxiv.org/abs/1709.01507.
    """
    if not ratio:
        return tensor
    channels = int(tensor.shape[-1])
    pools = (keras.layers.GlobalAveragePooling1D, keras.layers.GlobalAveragePooling2D)
    if mask is None:
        pooled = pools[rank_of(tensor) - 1](keepdims=True, name=f"{name}g")(tensor)
    else:
        pooled = ops.expand_dims(masked_average(tensor, mask), 1)
    # The averages of most inputs are alike: a unit that starts below zero would stay there.
    hidden = pointwise(
        pooled,
        max(_FEWEST, int(channels * ratio)),
        True,
        f"{name}q",
        bias_initializer=keras.initializers.Constant(0.5),
    )
    hidden = activation(kind, f"{name}h")(hidden)
    gate = pointwise(hidden, channels, True, f"{name}x")
    gate = keras.layers.Activation("hard_sigmoid", name=f"{name}y")(gate)
    return keras.layers.Multiply(name=f"{name}m")([tensor, gate])
