"""Builds in tf_keras what was described in Keras 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tf_keras

from automl.compression.tfmot.layers import CUSTOM, Operation, UnmappedError, make_layer, restored
from automl.compression.tfmot.operations import OPERATIONS

if TYPE_CHECKING:
    import numpy as np

#: Put before every layer's name: some steps make layers with names of their own,
#: such as ``conv2d``, which must not be taken.
PREFIX = "m_"

#: Layers that several tensors come into as a list.
_MERGES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate")


def build(description: dict[str, Any], weights: dict[str, np.ndarray], *, split: bool) -> Any:
    """Returns the tf_keras model of a description, with its weights.

    Args:
        description: What `describing.describe` returned.
        weights: What `describing.weights_of` returned.
        split: Whether a separable convolution becomes the two layers that it is
            the product of, which some steps treat and it not.

    Raises:
        UnmappedError: If a layer has no counterpart; the message names it.
    """
    inputs = [
        tf_keras.Input(each["shape"], dtype=each["dtype"], name=f"{PREFIX}x{number}")
        for number, each in enumerate(description["inputs"])
    ]
    tensors: dict[int, Any] = dict(enumerate(inputs))
    layers: dict[str, Any] = {}
    for call in description["calls"]:
        if split and call["class"].startswith("SeparableConv"):
            outputs = _split_call(call, tensors, layers)
        elif call["layer"]:
            outputs = _layer_call(call, tensors, layers)
        else:
            outputs = _operation_call(call, tensors)
        flat = outputs if isinstance(outputs, list | tuple) else [outputs]
        tensors.update(zip(call["outputs"], flat, strict=True))
    ends = [tensors[number] for number in description["outputs"]]
    model = tf_keras.Model(inputs, ends[0] if len(ends) == 1 else ends)
    for name, layer in layers.items():
        values = _values(name, weights)
        if values:
            _check(name, layer.get_weights(), values)
            layer.set_weights(values)
    return model


def weights_back(model: Any, description: dict[str, Any]) -> dict[str, np.ndarray]:
    """Returns the weights by the names that `describing.put_weights` knows.

    Args:
        model: A model with the layers that `build` made, be they wrapped or not.
        description: What it was built of.
    """
    found: dict[str, np.ndarray] = {}
    plain = {_bare(layer).name: layer for layer in model.layers}
    for call in description["calls"]:
        whole = plain.get(PREFIX + call["name"])
        parts = [plain.get(f"{PREFIX}{call['name']}_{part}") for part in ("depth", "point")]
        layers = [whole] if whole is not None else [part for part in parts if part is not None]
        values = [value for layer in layers for value in _weights_of(layer)]
        found |= {f"{call['name']}/{number}": value for number, value in enumerate(values)}
    return found


#: Names of the weights of a layer that can be wrapped, in the layer's own order.
_ORDER = (
    "depthwise_kernel", "kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance",
)  # fmt: skip


def _weights_of(layer: Any) -> list[np.ndarray]:
    """Returns a layer's weights; a wrapper has taken some of them from the layer inside."""
    if _bare(layer) is layer:
        held: list[np.ndarray] = layer.get_weights()
        return held
    named = {each.name.rpartition("/")[2].partition(":")[0]: each for each in layer.weights}
    return [named[name].numpy() for name in _ORDER if name in named]


def _bare(layer: Any) -> Any:
    """Returns the layer inside the wrapper that quantization puts around it."""
    wrapped = type(layer).__name__.startswith("QuantizeWrapper")
    return layer.layer if wrapped else layer


def _layer_call(call: dict[str, Any], tensors: dict[int, Any], layers: dict[str, Any]) -> Any:
    name = call["name"]
    if name not in layers:
        layers[name] = make_layer(call["class"], call["config"], PREFIX + name, ())
    args = restored(call["args"], tensors)
    kwargs = restored(call["kwargs"], tensors)
    kwargs.pop("training", None)
    positional = list(args["tuple"] if isinstance(args, dict) else args)
    if call["class"] in _MERGES and not isinstance(positional[0], list | tuple):
        positional = [positional]
    try:
        return layers[name](*positional, **kwargs)
    except (TypeError, ValueError) as error:
        line = str(error).partition("\n")[0]
        raise UnmappedError(f"{name} ({call['class']}) cannot be called: {line}") from error


def _split_call(call: dict[str, Any], tensors: dict[int, Any], layers: dict[str, Any]) -> Any:
    """Calls a separable convolution as a depthwise one and one of kernel 1."""
    name, config = call["name"], dict(call["config"])
    rank = call["class"][-2:]
    (tensor,) = restored(call["args"], tensors)
    if name not in layers:
        depth = config | {"use_bias": False, "activation": "linear"}
        point = config | {"kernel_size": 1, "strides": 1, "dilation_rate": 1, "padding": "valid"}
        layers[name] = _Split(
            make_layer(f"DepthwiseConv{rank}", depth, f"{PREFIX}{name}_depth", ()),
            make_layer(f"Conv{rank}", point, f"{PREFIX}{name}_point", ()),
        )
    return layers[name](tensor)


class _Split:
    """Two layers that have the weights of one."""

    def __init__(self, first: Any, second: Any) -> None:
        self._first, self._second = first, second

    def __call__(self, tensor: Any) -> Any:
        return self._second(self._first(tensor))

    def get_weights(self) -> list[Any]:
        return [*self._first.get_weights(), *self._second.get_weights()]

    def set_weights(self, values: list[Any]) -> None:
        self._first.set_weights(values[:1])
        self._second.set_weights(values[1:])


def _operation_call(call: dict[str, Any], tensors: dict[int, Any]) -> Any:
    kind = call["class"]
    if kind not in OPERATIONS:
        raise UnmappedError(f"{call['name']} ({kind}) has no counterpart in TensorFlow")
    places: dict[int, int] = {}
    args = [_placed(each, places) for each in _listed(call["args"])]
    kwargs = {key: _placed(each, places) for key, each in call["kwargs"].items()}
    # What an operation was made with, unless the call says it again.
    given = {key: value for key, value in call["config"].items() if key not in ("name", "dtype")}
    if kind == "Cast":
        given = {"dtype": call["config"].get("dtype", "float32")}
    merged = given | {key: value for key, value in kwargs.items() if key not in ("x", "y")}
    positional = [*args, *[kwargs[key] for key in ("x1", "x2", "x", "y") if key in kwargs]]
    for key in ("x1", "x2", "x", "y"):
        merged.pop(key, None)
    if kind == "GetItem":
        merged = {"key": kwargs["key"] if "key" in kwargs else positional.pop()}
    elif kind not in ("Concatenate",):
        positional = [each for each in positional if _is_value(each)]
    layer = Operation(kind, positional, merged, name=PREFIX + call["name"])
    given_tensors = [tensors[number] for number in places]
    return layer(given_tensors if len(given_tensors) > 1 else given_tensors[0])


def _listed(args: Any) -> list[Any]:
    return list(args["tuple"]) if isinstance(args, dict) else list(args)


def _is_value(each: Any) -> bool:
    """Returns whether an argument is a tensor or a constant, and no option such as a shape."""
    if isinstance(each, dict):
        return bool(set(each) & {"tensor", "array"})
    return isinstance(each, int | float) and not isinstance(each, bool)


def _placed(value: Any, places: dict[int, int]) -> Any:
    """Numbers the tensors among arguments by their place among a layer's inputs."""
    if isinstance(value, dict):
        if set(value) == {"tensor"}:
            return {"tensor": places.setdefault(value["tensor"], len(places))}
        return {key: _placed(each, places) for key, each in value.items()}
    return [_placed(each, places) for each in value] if isinstance(value, list) else value


def _values(name: str, weights: dict[str, np.ndarray]) -> list[Any]:
    found: list[Any] = []
    while f"{name}/{len(found)}" in weights:
        found.append(weights[f"{name}/{len(found)}"])
    return found


def _check(name: str, have: list[Any], given: list[Any]) -> None:
    if [each.shape for each in have] != [each.shape for each in given]:
        raise UnmappedError(
            f"{name} has weights of shapes {[each.shape for each in given]} here and"
            f" {[each.shape for each in have]} in tf_keras"
        )


def custom_objects() -> Any:
    """Returns a scope in which own layers and functions are known by name."""
    return tf_keras.utils.custom_object_scope(CUSTOM)
