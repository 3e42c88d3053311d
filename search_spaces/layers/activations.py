"""Activations by name, in forms whose exported files stay true to Keras.

Keras' own softplus, mish and selu become graphs that int8 conversion gets badly
wrong without an error. They are written here with the same values but with
intermediate results that stay in range.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

# Klambauer et al., "Self-Normalizing Neural Networks", 2017, https://arxiv.org/abs/1706.02515.
_SELU_SCALE, _SELU_ALPHA = 1.0507009873554805, 1.6732632423543772


def _named(kind: str) -> Callable[[str], Any]:
    return lambda name: keras.layers.Activation(kind, name=name)


def _prelu(name: str) -> Any:
    def apply(tensor: Any) -> Any:
        axes = list(range(1, len(tensor.shape) - 1))  # One slope a channel.
        layer = keras.layers.PReLU(
            alpha_initializer=keras.initializers.Constant(0.25), shared_axes=axes or None, name=name
        )
        return layer(tensor)

    return apply


def _gelu_tanh(name: str) -> Any:
    return lambda tensor: ops.gelu(tensor, approximate=True)


def _gelu(name: str) -> Any:
    return lambda tensor: ops.gelu(tensor, approximate=False)


def _softplus(name: str) -> Any:
    return softplus


def softplus(tensor: Any) -> Any:
    """Returns log(1 + e^x) as relu(x) + log(1 + e^-|x|), which overflows nowhere."""
    return ops.add(ops.relu(tensor), ops.log(ops.add(1.0, ops.exp(ops.negative(ops.abs(tensor))))))


def _mish(name: str) -> Any:
    return lambda tensor: ops.multiply(tensor, ops.tanh(softplus(tensor)))


def _selu(name: str) -> Any:
    def apply(tensor: Any) -> Any:
        negative = ops.elu(ops.negative(ops.relu(ops.negative(tensor))))
        return ops.multiply(
            ops.add(ops.relu(tensor), ops.multiply(negative, _SELU_ALPHA)), _SELU_SCALE
        )

    return apply


_MAKERS: dict[str, Callable[[str], Any]] = {
    "relu": _named("relu"),
    "relu6": _named("relu6"),
    "leaky_relu": _named("leaky_relu"),
    "prelu": _prelu,
    "elu": _named("elu"),
    "selu": _selu,
    "gelu": _gelu,
    "gelu_tanh": _gelu_tanh,
    "silu": _named("silu"),
    "hard_silu": _named("hard_silu"),
    "mish": _mish,
    "softplus": _softplus,
    "sigmoid": _named("sigmoid"),
    "tanh": _named("tanh"),
}
ACTIVATIONS = tuple(_MAKERS)


def activation(kind: str, name: str) -> Any:
    """Returns a function or layer, named `name` if it is a layer, that activates a Keras tensor.

    Raises:
        ValueError: If `kind` is not one of `ACTIVATIONS`.
    """
    if kind not in _MAKERS:
        raise ValueError(f"An activation is one of {ACTIVATIONS}. Received: kind={kind!r}")
    return _MAKERS[kind](name)


def initializer_for(kind: str) -> str:
    """Returns the kernel initializer an activation needs: selu normalizes itself only with its."""
    return "lecun_normal" if kind == "selu" else "glorot_uniform"


def dropout_for(kind: str) -> str:
    """Returns ``"alpha"`` if dropout has to keep mean and variance, as selu needs, else ``""``."""
    return "alpha" if kind == "selu" else ""
