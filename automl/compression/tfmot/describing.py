"""A Keras 3 model as plain data, from which another Keras can build it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.compression.steps.graph import as_functional, calls

if TYPE_CHECKING:
    import keras
    import numpy as np


def describe(model: keras.Model) -> dict[str, Any]:
    """Returns the inputs, calls and outputs of a functional model, JSON-ready.

    Tensors are numbered: inputs first, then what each call puts out.

    Raises:
        CompressionError: If the model is not functional.
    """
    import keras

    model = as_functional(model)
    made_by = calls(model)
    numbers = {id(tensor): number for number, tensor in enumerate(model.inputs)}
    made = []
    for call in made_by:
        args, kwargs = _plain(call.args, numbers), _plain(call.kwargs, numbers)
        for tensor in call.outputs:
            numbers[id(tensor)] = len(numbers)
        made.append(
            {
                "name": call.name,
                "class": type(call.operation).__name__,
                "layer": isinstance(call.operation, keras.layers.Layer),
                "config": _plain(call.operation.get_config(), {}),
                "args": args,
                "kwargs": {key: value for key, value in kwargs.items() if value is not None},
                "outputs": [numbers[id(tensor)] for tensor in call.outputs],
            }
        )
    return {
        "inputs": [
            {"shape": list(tensor.shape[1:]), "dtype": str(tensor.dtype)} for tensor in model.inputs
        ],
        "calls": made,
        "outputs": [numbers[id(tensor)] for tensor in model.outputs],
    }


def weights_of(model: keras.Model) -> dict[str, np.ndarray]:
    """Returns the weights of all layers: ``name/number`` -> values, seeds left out."""
    found = {}
    for layer in as_functional(model).layers:
        for number, variable in enumerate(_weights(layer)):
            found[f"{layer.name}/{number}"] = variable.numpy()
    return found


def put_weights(model: keras.Model, values: dict[str, np.ndarray]) -> None:
    """Sets the weights of all layers that `values` names, as `weights_of` names them."""
    for layer in as_functional(model).layers:
        for number, variable in enumerate(_weights(layer)):
            key = f"{layer.name}/{number}"
            if key in values:
                variable.assign(values[key])


def _weights(layer: Any) -> list[Any]:
    """Returns a layer's weights without the state of its random numbers."""
    return [each for each in layer.weights if not str(each.dtype).startswith("uint")]


def _plain(value: Any, numbers: dict[int, int]) -> Any:
    """Returns JSON for arguments and configurations: tensors by number, arrays by value."""
    import keras
    import numpy as np

    if isinstance(value, keras.KerasTensor):
        return {"tensor": numbers[id(value)]}
    if isinstance(value, dict):
        return {str(key): _plain(each, numbers) for key, each in value.items()}
    if isinstance(value, tuple):
        return {"tuple": [_plain(each, numbers) for each in value]}
    if isinstance(value, list):
        return [_plain(each, numbers) for each in value]
    if isinstance(value, slice):
        return {"slice": [_plain(each, numbers) for each in (value.start, value.stop, value.step)]}
    if value is Ellipsis:
        return {"ellipsis": True}
    if isinstance(value, np.generic):
        return value.item()
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        array = np.asarray(keras.ops.convert_to_numpy(value))
        return {"array": array.tolist(), "dtype": str(array.dtype)}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return {"unknown": repr(value)}
