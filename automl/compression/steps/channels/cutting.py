"""Builds a model again without some of its channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.compression.steps.channels.rules import Rules
from automl.compression.steps.graph import calls, rebuild

if TYPE_CHECKING:
    import keras
    import numpy as np

#: Layers -> the argument that says how many channels they put out.
_SIZES = {
    "Dense": "units",
    "Conv1D": "filters",
    "Conv2D": "filters",
    "SeparableConv1D": "filters",
    "SeparableConv2D": "filters",
    "Embedding": "output_dim",
    "SimpleRNN": "units",
    "LSTM": "units",
    "GRU": "units",
}


def follow_channels(model: keras.Model) -> Rules:
    """Returns the labels of all channels of a model.

    Raises:
        CompressionError: If the model is not functional.
    """
    rules = Rules()
    for tensor in model.inputs:
        rules.begin(tensor)
    for call in calls(model):
        rules.follow(call)
    for tensor in model.outputs:
        rules.end(tensor)
    return rules


def without(model: keras.Model, rules: Rules, removed: set[int]) -> keras.Model:
    """Returns a copy of the model without some channels, with the weights of the rest.

    Args:
        model: What `follow_channels` was given.
        rules: What it returned.
        removed: Roots of labels of channels that leave.
    """
    import keras

    made: list[tuple[Any, Any]] = []
    results = {id(call.operation): call.outputs[0] for call in calls(model)}

    def kept(labels: np.ndarray) -> Any:
        import numpy as np

        return np.array([root not in removed for root in rules.channels.roots(labels)], bool)

    def change(operation: Any) -> Any:
        result = results.get(id(operation))
        labels = rules.tensors.get(id(result))
        stays = None if labels is None else kept(labels)
        config = operation.get_config()
        if result is not None and stays is not None and not stays.all():
            _resize(config, type(operation).__name__, result, int(stays.sum()))
        new = type(operation).from_config(config)
        made.append((operation, new))
        constant = rules.constants.get(id(operation))
        places[id(new)] = None if constant is None else kept(constant)
        return new

    def call(operation: Any, *args: Any, **options: Any) -> Any:
        stays = places.get(id(operation))
        if stays is not None and not stays.all():
            args = tuple(_cut_constant(each, stays) for each in args)
            options = {key: _cut_constant(each, stays) for key, each in options.items()}
        return operation(*args, **options)

    places: dict[int, Any] = {}
    smaller = rebuild(model, change, call)
    for old, new in made:
        if isinstance(old, keras.layers.Layer) and old.weights:
            new.set_weights([_cut_weight(rules, each, kept) for each in old.weights])
    return smaller


def _resize(config: dict[str, Any], kind: str, result: Any, width: int) -> None:
    """Writes the new number of channels into a layer's configuration."""
    if kind in _SIZES:
        config[_SIZES[kind]] = width
    elif kind == "EinsumDense":
        config["output_shape"] = (*config["output_shape"][:-1], width)
    elif kind == "Reshape":
        shape = (*result.shape[1:-1], width)
        if "target_shape" in config:
            config["target_shape"] = shape
        else:
            config["newshape"] = (-1, *shape)


def _cut_constant(value: Any, stays: np.ndarray) -> Any:
    """Cuts an array among an operation's arguments as the result is cut."""
    import keras
    import numpy as np

    if isinstance(value, keras.KerasTensor) or not hasattr(value, "shape"):
        return value
    if not len(value.shape) or int(value.shape[-1]) != len(stays):
        return value
    return np.asarray(keras.ops.convert_to_numpy(value))[..., stays]


def _cut_weight(rules: Rules, variable: Any, kept: Any) -> np.ndarray:
    """Returns a weight's values in the channels that stay."""
    import keras
    import numpy as np

    values = np.asarray(keras.ops.convert_to_numpy(variable))
    _, axes = rules.weights.get(id(variable), (None, (None,) * values.ndim))
    for axis, labels in enumerate(axes):
        if labels is not None:
            values = np.compress(kept(labels), values, axis=axis)
    return values
