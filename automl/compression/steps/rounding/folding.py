"""Folds batch normalization into the layer before it, as converters do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.compression.steps.graph import calls, consumers, rebuild

if TYPE_CHECKING:
    import keras
    import numpy as np

#: Layers whose last kernel makes the channels that are normalized after them.
_FOLDABLE = frozenset(
    [
        "Conv1D",
        "Conv2D",
        "DepthwiseConv1D",
        "DepthwiseConv2D",
        "SeparableConv1D",
        "SeparableConv2D",
        "Conv1DTranspose",
        "Conv2DTranspose",
        "Dense",
    ]
)


def fold_batch_normalization(model: keras.Model) -> keras.Model:
    """Returns a model of the same outputs in which normalizations are kernels and biases.

    Those that do not follow a convolution or dense layer stay. Training such a
    model trains what the converter will quantize (Jacob et al., 2018,
    https://arxiv.org/abs/1712.05877, section 3.2).

    Args:
        model: A trained functional model; it is left as it is.
    """
    import keras

    pairs = _pairs(model)
    folded = {id(layer): norm for layer, norm in pairs}
    gone = {id(norm) for _, norm in pairs}
    made: list[tuple[Any, Any]] = []

    def change(operation: Any) -> Any:
        if id(operation) in gone:
            return lambda tensor, **options: tensor
        if id(operation) not in folded:
            return None
        new = type(operation).from_config(operation.get_config() | {"use_bias": True})
        made.append((operation, new))
        return new

    smaller = rebuild(model, change)
    for old, new in made:
        values = _folded(old, folded[id(old)])
        if isinstance(new, keras.layers.Layer):
            new.set_weights(values)
    return smaller


def _pairs(model: keras.Model) -> list[tuple[Any, Any]]:
    found = calls(model)
    readers = consumers(found, list(model.outputs))
    times: dict[int, int] = {}
    for call in found:
        times[id(call.operation)] = times.get(id(call.operation), 0) + 1
    pairs = []
    for call in found:
        layer = call.operation
        if type(layer).__name__ not in _FOLDABLE or times[id(layer)] > 1:
            continue
        if getattr(layer.activation, "__name__", "") != "linear" or len(call.outputs) != 1:
            continue
        after = readers.get(id(call.outputs[0]), [])
        if len(after) != 1 or after[0] is None:
            continue
        norm = after[0].operation
        rank = len(call.outputs[0].shape)
        if type(norm).__name__ != "BatchNormalization" or times[id(norm)] > 1:
            continue
        if int(norm.axis) % rank == rank - 1:
            pairs.append((layer, norm))
    return pairs


def _folded(layer: Any, norm: Any) -> list[np.ndarray]:
    """Returns kernels and bias, the last kernel scaled channel by channel."""
    import numpy as np

    mean, variance = (np.asarray(each) for each in (norm.moving_mean, norm.moving_variance))
    scale = 1.0 / np.sqrt(variance + norm.epsilon)
    shift = -mean * scale
    if norm.scale:
        gamma = np.asarray(norm.gamma)
        scale, shift = scale * gamma, shift * gamma
    if norm.center:
        shift = shift + np.asarray(norm.beta)
    weights = [np.asarray(each) for each in layer.get_weights()]
    if layer.use_bias:
        shift = shift + weights.pop() * scale
    weights[-1] = weights[-1] * _along(layer, weights[-1], scale)
    return [*weights, shift.astype("float32")]


def _along(layer: Any, kernel: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Returns a factor for each output channel in the shape that the kernel is multiplied by."""
    kind = type(layer).__name__
    if kind.startswith("Depthwise"):
        return scale.reshape(kernel.shape[-2:])
    if kind.endswith("Transpose"):
        return scale[:, None]
    return scale
