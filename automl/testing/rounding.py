"""What eight bits a value cost a network, whoever writes the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

#: Steps between the smallest and the largest value of a tensor.
_STEPS = 255
#: The same on either side of zero, for weights.
_HALF_STEPS = 127
#: Normalizations over channels, which lie on the last axis here.
_NORMALIZED = (keras.layers.LayerNormalization, keras.layers.RMSNormalization)


def outputs_in_8_bits(model: Any, inputs: NDArray[Any]) -> NDArray[Any]:
    """Returns what a model says whose layers put out no more than 8 bits a value.

    Weights are rounded for each channel, what a layer puts out as one tensor,
    as the int8 scheme has it (Jacob et al., 2017,
    https://arxiv.org/abs/1712.05877). Normalizations over channels are rounded step
    by step, as there is no int8 operator for them. Operations between layers are not
    rounded: a mask of -1e9 must not excuse a file that has no steps left beside it.

    Args:
        model: A built functional model; its weights are the same afterwards.
        inputs: Raw examples, which the ranges are taken from too.

    Returns:
        Outputs of the shape of the model's own.
    """

    def running(operation: Any) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            if getattr(operation, "_call_has_training_arg", False):
                kwargs["training"] = False
            if type(operation) in _NORMALIZED:
                return _normalized(operation, args[0])
            outputs = operation(*args, **kwargs)
            if not isinstance(operation, keras.Layer):
                return outputs
            known = (0.0, 1.0) if isinstance(operation, keras.layers.Softmax) else None
            return keras.tree.map_structure(lambda each: _rounded(each, known), outputs)

        return run

    with _rounded_weights(model):
        outputs = model._run_through_graph(ops.convert_to_tensor(inputs), operation_fn=running)
    (found,) = keras.tree.flatten(outputs)
    return np.asarray(keras.ops.convert_to_numpy(found))


def _normalized(layer: Any, tensor: Any) -> Any:
    """Normalizes in the steps that Keras' layer is exported as, each of them rounded."""
    centered = isinstance(layer, keras.layers.LayerNormalization)
    exact = rounded = {"x": tensor, "mean": ops.zeros_like(tensor[..., :1])}
    for name, step in _steps(layer, centered):
        exact = exact | {name: step(exact)}
        found = step(rounded)
        # Ranges are calibrated on exact values, and what is beyond them is cut.
        rounded = rounded | {name: _rounded(found, _range(exact[name]))}
    return rounded["y"]


def _steps(layer: Any, centered: bool) -> list[tuple[str, Callable[[dict[str, Any]], Any]]]:
    def mean(tensor: Any) -> Any:
        return ops.mean(tensor, axis=-1, keepdims=True)

    steps = [
        ("squares", lambda of: ops.square(of["x"] - of["mean"])),
        ("variance", lambda of: mean(of["squares"])),
        ("root", lambda of: ops.rsqrt(of["variance"] + layer.epsilon)),
    ]
    if not centered:
        scaled = ("scaled", lambda of: of["x"] * of["root"])
        return [*steps, scaled, ("y", lambda of: of["scaled"] * layer.scale)]
    return [
        ("mean", lambda of: mean(of["x"])),
        *steps,
        ("root", lambda of: of["root"] * layer.gamma),
        ("shift", lambda of: of["mean"] * of["root"]),
        ("shift", lambda of: layer.beta - of["shift"]),
        ("scaled", lambda of: of["x"] * of["root"]),
        ("y", lambda of: of["scaled"] + of["shift"]),
    ]


def _range(tensor: Any) -> tuple[Any, Any]:
    return ops.minimum(ops.min(tensor), 0.0), ops.maximum(ops.max(tensor), 0.0)


def _rounded(tensor: Any, known: tuple[Any, Any] | None = None) -> Any:
    """Rounds to steps between the extremes, or between those that are known before."""
    if "float" not in str(tensor.dtype):
        return tensor
    low, high = known or _range(tensor)
    step = ops.maximum((high - low) / _STEPS, 1e-12)
    return low + ops.round((ops.clip(tensor, low, high) - low) / step) * step


@contextmanager
def _rounded_weights(model: Any) -> Iterator[None]:
    before = [(weight, keras.ops.convert_to_numpy(weight)) for weight in model.weights]
    kernels = [(weight, value) for weight, value in before if _is_kernel(value)]
    try:
        for weight, value in kernels:
            step = np.maximum(np.abs(value).max(axis=_within(value), keepdims=True), 1e-12)
            step = step / _HALF_STEPS
            weight.assign(np.round(value / step) * step)
        yield
    finally:
        for weight, value in kernels:
            weight.assign(value)


def _is_kernel(value: NDArray[Any]) -> bool:
    return value.ndim > 1 and value.dtype.kind == "f"


def _within(value: NDArray[Any]) -> tuple[int, ...]:
    """Returns the axes that share a channel's scale; depthwise kernels end in (channels, 1)."""
    depthwise = value.ndim > 2 and value.shape[-1] == 1
    return tuple(range(value.ndim - (2 if depthwise else 1)))
