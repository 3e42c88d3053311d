"""Layers of Keras 3 in tf_keras: names, configurations and those it does not have."""

from __future__ import annotations

import inspect
from typing import Any

import tensorflow as tf
import tf_keras

from automl.compression.tfmot.operations import OPERATIONS, hard_sigmoid, hard_silu


class UnmappedError(Exception):
    """A layer that has no counterpart; the message names it."""


class Operation(tf_keras.layers.Layer):
    """One operation of `keras.ops` on tensors and constants.

    Args:
        kind: Name in `OPERATIONS`.
        args: Positional arguments as `describe` writes them, tensors by their place
            among the layer's inputs.
        kwargs: Named ones.
    """

    def __init__(self, kind: str, args: list[Any], kwargs: dict[str, Any], **options: Any) -> None:
        super().__init__(**options)
        self._kind, self._args, self._kwargs = kind, args, kwargs

    def call(self, inputs: Any) -> Any:
        """Returns the operation's result."""
        given = inputs if isinstance(inputs, list | tuple) else [inputs]
        args = [restored(each, given) for each in self._args]
        kwargs = {key: restored(each, given) for key, each in self._kwargs.items()}
        return OPERATIONS[self._kind](*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """Returns what the layer is made of."""
        own = {"kind": self._kind, "args": self._args, "kwargs": self._kwargs}
        base: dict[str, Any] = super().get_config()
        return base | own


class RMSNormalization(tf_keras.layers.Layer):
    """Divides by the root mean square over the last axis, and scales.

    Args:
        epsilon: Added to the mean square.
    """

    def __init__(self, epsilon: float = 1e-6, **options: Any) -> None:
        super().__init__(**options)
        self.epsilon = epsilon

    def build(self, input_shape: Any) -> None:
        """Makes the scale."""
        self.scale = self.add_weight("scale", (input_shape[-1],), initializer="ones")
        super().build(input_shape)

    def call(self, inputs: Any) -> Any:
        """Returns the normalized inputs."""
        mean = tf.reduce_mean(tf.square(inputs), axis=-1, keepdims=True)
        return inputs * tf.math.rsqrt(mean + self.epsilon) * self.scale

    def get_config(self) -> dict[str, Any]:
        """Returns what the layer is made of."""
        base: dict[str, Any] = super().get_config()
        return base | {"epsilon": self.epsilon}


#: Own layers and functions, by the names that configurations hold.
CUSTOM: dict[str, Any] = {
    "Operation": Operation,
    "RMSNormalization": RMSNormalization,
    "hard_sigmoid_3": hard_sigmoid,
    "hard_silu_3": hard_silu,
    "leaky_relu_3": lambda tensor: tf.nn.leaky_relu(tensor, 0.2),
}
CUSTOM["leaky_relu_3"].__name__ = "leaky_relu_3"
hard_sigmoid.__name__, hard_silu.__name__ = "hard_sigmoid_3", "hard_silu_3"

#: Activations that are called otherwise, or compute something else, in tf_keras.
_ACTIVATIONS = {
    "silu": "swish",
    "hard_sigmoid": "hard_sigmoid_3",
    "hard_silu": "hard_silu_3",
    "hard_swish": "hard_silu_3",
    "leaky_relu": "leaky_relu_3",
}
#: Not needed to compute what is computed: weights are copied.
_DROPPED = ("initializer", "constraint", "quantization", "lora", "dtype", "build_config")


def make_layer(kind: str, config: dict[str, Any], name: str, seen: tuple[str, ...]) -> Any:
    """Returns the tf_keras layer of a Keras 3 layer's class and configuration.

    Args:
        kind: Name of the class.
        config: Its configuration as `describe` writes it.
        name: Name of the layer over there.
        seen: Names of the layers around it, for messages.

    Raises:
        UnmappedError: If there is none.
    """
    label = "/".join([*seen, str(config.get("name", name))])
    made = CUSTOM.get(kind) or getattr(tf_keras.layers, kind, None)
    if made is None:
        raise UnmappedError(f"{label} ({kind}) has no counterpart in tf_keras")
    options: dict[str, Any] = {}
    known = _arguments(made)
    for key, value in restored(config, []).items():
        if key == "name" or key not in known or any(part in key for part in _DROPPED):
            continue
        if key in ("layer", "backward_layer") and isinstance(value, dict):
            inner = value.get("config", {})
            value = make_layer(value["class_name"], inner, str(inner.get("name")), (label,))
        elif key.endswith("activation"):
            value = _activation(value, label)
        elif key.endswith("regularizer"):
            value = _regularizer(value)
        options[key] = value
    try:
        return made(name=name, **options)
    except (TypeError, ValueError) as error:
        line = str(error).partition("\n")[0]
        raise UnmappedError(f"{label} ({kind}) is refused by tf_keras: {line}") from error


def _arguments(made: Any) -> set[str]:
    found: set[str] = set()
    for base in made.__mro__:
        if base in (tf_keras.layers.Layer, object):
            break
        found |= set(inspect.signature(base.__init__).parameters)
    # Those that a layer passes on itself, such as the filters of a depthwise one.
    own = set(inspect.signature(made.__init__).parameters)
    if made.__name__.startswith("Depthwise"):
        found -= {"filters", "rank", "groups"} - own
    return found - {"self", "kwargs", "args"}


def _activation(value: Any, label: str) -> Any:
    if not isinstance(value, str):
        if value is None:
            return None
        raise UnmappedError(f"{label} has an activation of its own, which tf_keras does not know")
    name = _ACTIVATIONS.get(value, value)
    if name in CUSTOM:
        return CUSTOM[name]
    try:
        return tf_keras.activations.get(name)
    except ValueError as error:
        raise UnmappedError(f"{label} has the activation {value!r}, unknown to tf_keras") from error


def _regularizer(value: Any) -> Any:
    if not isinstance(value, dict) or value.get("class_name") not in ("L1", "L2", "L1L2"):
        return None
    return getattr(tf_keras.regularizers, value["class_name"])(**value.get("config", {}))


def restored(value: Any, tensors: Any) -> Any:
    """Returns Python values of what `describe` wrote; tensors are taken from a list."""
    if isinstance(value, list):
        return [restored(each, tensors) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"tensor"}:
        return tensors[value["tensor"]]
    if set(value) == {"tuple"}:
        return tuple(restored(each, tensors) for each in value["tuple"])
    if set(value) == {"slice"}:
        return slice(*value["slice"])
    if set(value) == {"ellipsis"}:
        return Ellipsis
    if set(value) == {"array", "dtype"}:
        return tf.constant(value["array"], dtype=value["dtype"])
    return {key: restored(each, tensors) for key, each in value.items()}
