"""Builds the model that quantization-aware training trains in another one's place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from automl.compression.steps.graph import Call, calls, consumers, rebuild
from automl.compression.steps.kernels import kernels
from automl.compression.steps.rounding.fake_quantization import ActivationRange, RoundedWeights

if TYPE_CHECKING:
    import numpy as np

#: They move values or pick among them: their result has the range of what they are given.
_SAME_RANGE = frozenset(
    [
        "Reshape",
        "Flatten",
        "Transpose",
        "Permute",
        "GetItem",
        "Squeeze",
        "ExpandDims",
        "Pad",
        "MaxPooling1D",
        "MaxPooling2D",
        "MaxPool",
        "GlobalMaxPooling1D",
        "GlobalMaxPooling2D",
        "Flip",
        "Cropping1D",
        "Cropping2D",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "Identity",
        "Dropout",
        "AlphaDropout",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "GaussianNoise",
        "GaussianDropout",
        "ActivityRegularization",
        "RepeatVector",
    ]
)
#: Their rectifier is part of the same kernel of the runtime, and only its result is stored.
_FUSES = frozenset(
    [
        "Conv1D",
        "Conv2D",
        "DepthwiseConv1D",
        "DepthwiseConv2D",
        "SeparableConv1D",
        "SeparableConv2D",
        "Dense",
        "EinsumDense",
        "Add",
        "Subtract",
        "Multiply",
        "BatchNormalization",
    ]
)
#: Functions whose results an int8 file stores in a range of their own, by 1/256 or 1/128.
_FIXED = {"softmax": (0.0, 255 / 256), "sigmoid": (0.0, 255 / 256), "tanh": (-1.0, 127 / 128)}
#: Layers that no converter gives an int8 form unless they are unrolled.
RECURRENT = frozenset(
    ["SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D"]
)
#: Examples that are looked at together while ranges are measured.
_BATCH = 64


class Rounded:
    """A model that shares the layers of another one and rounds their weights and results.

    Args:
        model: A functional model; what is learned is in its layers.
        examples: What ranges are measured on, count x shape, as the converter will.
        activations: Whether results of layers are rounded, and not only weights.

    Attributes:
        model: To be trained.
    """

    def __init__(self, model: keras.Model, examples: np.ndarray, *, activations: bool) -> None:
        self._examples = examples
        found = calls(model)
        stored = stored_tensors(model, found) if activations else []
        self._probe = keras.Model(model.inputs, stored) if stored else None
        fixed = [_fixed_range(tensor) for tensor in stored]
        self._ranges: list[ActivationRange] = [
            ActivationRange(*(given or seen), fixed=given is not None, name=f"range_{number}")
            for number, (given, seen) in enumerate(zip(fixed, self.measure(), strict=True))
        ]
        by_tensor = {id(t): layer for t, layer in zip(stored, self._ranges, strict=True)}
        self.model = _with_rounding(model, found, by_tensor)

    def measure(self) -> list[tuple[float, float]]:
        """Returns the lowest and highest value of each stored result on the examples."""
        if self._probe is None:
            return []
        ends: list[tuple[float, float]] = []
        for at in range(0, len(self._examples), _BATCH):
            part = self._probe.predict_on_batch(self._examples[at : at + _BATCH])
            listed = part if isinstance(part, list | tuple) else [part]
            new = [(float(each.min()), float(each.max())) for each in listed]
            old = ends or new
            ends = [(min(a, c), max(b, d)) for (a, b), (c, d) in zip(old, new, strict=True)]
        return ends

    def freeze(self) -> None:
        """Sets all ranges to those that the converter will find, and holds them there."""
        for layer, (low, high) in zip(self._ranges, self.measure(), strict=True):
            layer.freeze(low, high)


def stored_tensors(model: keras.Model, found: list[Call]) -> list[Any]:
    """Returns the tensors that an int8 file stores with a range of their own.

    Args:
        model: A functional model.
        found: Its calls.
    """
    readers = consumers(found, list(model.outputs))
    stored = [tensor for tensor in model.inputs if _is_float(tensor)]
    for call in found:
        kind = type(call.operation).__name__
        if kind in _SAME_RANGE:
            continue
        for tensor in call.outputs:
            after = readers.get(id(tensor), [])
            if not after or not _is_float(tensor):
                continue
            if after == [None] and _fixed_range(tensor):  # Its rounding changes no answer.
                continue
            if kind in _FUSES and len(after) == 1 and after[0] and _is_rectifier(after[0]):
                continue
            stored.append(tensor)
    return stored


def _with_rounding(
    model: keras.Model, found: list[Call], ranges: dict[int, ActivationRange]
) -> keras.Model:
    held: dict[int, list[tuple[Any, int | None]]] = {}
    for kernel in kernels(model):
        held.setdefault(id(kernel.layer), []).append((kernel.variable, _axis(kernel)))
    # Ranges of the results of each call, in the order in which a layer is called.
    after: dict[int, list[list[ActivationRange | None]]] = {}
    for call in found:
        wanted = [ranges.get(id(tensor)) for tensor in call.outputs]
        after.setdefault(id(call.operation), []).append(wanted)
    first = ranges.get(id(model.inputs[0]))
    originals: dict[int, Any] = {}

    def change(operation: Any) -> Any:
        mine = held.get(id(operation))
        place = operation
        if mine is not None and isinstance(operation, keras.layers.Layer):
            place = RoundedWeights(operation, mine, name=f"{operation.name}_rounded")
        originals[id(place)] = operation
        return place

    def call_it(place: Any, *args: Any, **options: Any) -> Any:
        if first is not None:
            args = keras.tree.map_structure(entering, args)
        outputs = place(*args, **options)
        queue = after.get(id(originals[id(place)]))
        wanted = queue.pop(0) if queue else []
        if not any(wanted):
            return outputs
        done = [
            each if layer is None else layer(each)
            for each, layer in zip(keras.tree.flatten(outputs), wanted, strict=True)
        ]
        return keras.tree.pack_sequence_as(outputs, done)

    rounded: list[Any] = []

    def entering(tensor: Any) -> Any:
        """Returns the rounded input in place of the new model's input."""
        history = getattr(tensor, "_keras_history", None)
        if not isinstance(getattr(history, "operation", None), keras.layers.InputLayer):
            return tensor
        if not rounded and first is not None:
            rounded.append(first(tensor))
        return rounded[0]

    return rebuild(model, change, call_it)


def _axis(kernel: Any) -> int | None:
    """Returns the axis of a kernel whose channels have scales of their own in a file."""
    rank = len(kernel.shape)
    if kernel.is_embedding:
        return None
    transposed = type(kernel.layer).__name__.endswith("Transpose")
    return rank - 2 if (kernel.is_depthwise or transposed) and rank > 2 else rank - 1


def _fixed_range(tensor: Any) -> tuple[float, float] | None:
    """Returns the range that an int8 file gives to the function a tensor comes from, if any."""
    history = getattr(tensor, "_keras_history", None)
    operation: Any = getattr(history, "operation", None)
    kind = type(operation).__name__.lower()
    if kind == "activation":
        kind = getattr(operation.activation, "__name__", "")
    return _FIXED.get(kind)


def _is_float(tensor: Any) -> bool:
    return str(tensor.dtype).startswith("float")


def _is_rectifier(call: Call) -> bool:
    kind = type(call.operation).__name__
    if kind in ("ReLU", "Relu", "Relu6"):
        return True
    active = getattr(getattr(call.operation, "activation", None), "__name__", "")
    return kind == "Activation" and active in ("relu", "relu6")
