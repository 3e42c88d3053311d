"""What layers with weights do to the channels of their input."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from automl.compression.steps.channels.labels import width_of
from automl.compression.steps.graph import Call, positions

if TYPE_CHECKING:
    import numpy as np

    from automl.compression.steps.channels.rules import Rules

#: Recurrent layers -> blocks of units in their kernels.
_GATES = {"SimpleRNN": 1, "LSTM": 4, "GRU": 3}


def _dense(rules: Rules, call: Call) -> np.ndarray | None:
    layer = call.operation
    if _lora_or_quantized(layer):
        return None
    made = rules.channels.new(layer.units)
    rules.hold(layer.kernel, rules.of(call), made)
    _follow(rules, call, made, layer.kernel)
    if mixes(layer):
        rules.channels.lock(made, f"{call.name} normalizes over its channels")
    return made


def _convolution(rules: Rules, call: Call) -> np.ndarray | None:
    layer = call.operation
    if layer.groups != 1 or layer.data_format != "channels_last" or _lora_or_quantized(layer):
        return None
    made = rules.channels.new(layer.filters)
    spatial = [None] * (len(layer.kernel.shape) - 2)
    rules.hold(layer.kernel, *spatial, rules.of(call), made)
    _follow(rules, call, made, layer.kernel)
    return made


def _depthwise(rules: Rules, call: Call) -> np.ndarray | None:
    layer = call.operation
    if layer.depth_multiplier != 1 or layer.data_format != "channels_last":
        return None
    labels = rules.of(call)
    spatial = [None] * (len(layer.kernel.shape) - 2)
    rules.hold(layer.kernel, *spatial, labels, None)
    _follow(rules, call, labels, layer.kernel)
    return labels


def _separable(rules: Rules, call: Call) -> np.ndarray | None:
    layer = call.operation
    if layer.depth_multiplier != 1 or layer.data_format != "channels_last":
        return None
    labels, made = rules.of(call), rules.channels.new(layer.filters)
    spatial = [None] * (len(layer.depthwise_kernel.shape) - 2)
    rules.hold(layer.depthwise_kernel, *spatial, labels, None)
    rules.hold(layer.pointwise_kernel, *spatial, labels, made)
    _follow(rules, call, made, layer.depthwise_kernel, layer.pointwise_kernel)
    return made


def _normalization(rules: Rules, call: Call) -> np.ndarray | None:
    layer, labels = call.operation, rules.of(call)
    rank = len(call.inputs[0].shape)
    axis = layer.axis
    axes = list(axis) if isinstance(axis, list | tuple) else [axis]
    if [int(each) % rank for each in axes] != [rank - 1]:
        return None
    for variable in layer.weights:
        rules.hold(variable, labels)
    return labels


def _prelu(rules: Rules, call: Call) -> np.ndarray | None:
    labels, alpha = rules.of(call), call.operation.alpha
    if int(alpha.shape[-1]) != len(labels):
        return None
    rules.hold(alpha, *[None] * (len(alpha.shape) - 1), labels)
    return labels


def _embedding(rules: Rules, call: Call) -> np.ndarray | None:
    layer = call.operation
    if _lora_or_quantized(layer) or layer.mask_zero:
        return None
    made = rules.channels.new(layer.output_dim)
    variable = next(v for v in layer.weights if v.name == "embeddings")
    rules.hold(variable, None, made)
    return made


def _recurrent(rules: Rules, call: Call) -> np.ndarray | None:
    import numpy as np

    layer = call.operation
    masks = [id(tensor) for tensor in call.inputs[1:]]
    if masks and masks != [id(call.kwargs.get("mask"))]:
        return None  # A state that comes from elsewhere.
    if layer.return_state or layer.stateful or len(call.outputs) != 1:
        return None
    made = rules.channels.new(layer.units)
    gates = np.tile(made, _GATES[type(layer).__name__])
    for variable in layer.weights:
        if variable.name == "kernel":
            rules.hold(variable, rules.of(call), gates)
        elif variable.name == "recurrent_kernel":
            rules.hold(variable, made, gates)
        else:
            rules.hold(variable, *[None] * (len(variable.shape) - 1), gates)
        if len(variable.shape) == 2 and "kernel" in variable.name:
            rules.cost(variable, int(call.inputs[0].shape[1] or 1))
    return made


def _einsum(rules: Rules, call: Call) -> np.ndarray | None:
    layer = call.operation
    if layer.equation != "abc,cd->abd" or layer.bias_axes not in (None, "d", "bd"):
        return None
    made = rules.channels.new(width_of(call.outputs[0]))
    rules.hold(layer.kernel, rules.of(call), made)
    if layer.bias is not None:
        rules.hold(layer.bias, *[None] * (len(layer.bias.shape) - 1), made)
    rules.cost(layer.kernel, positions(call.outputs[0]))
    return made


def _follow(rules: Rules, call: Call, labels: np.ndarray, *kernels: Any) -> None:
    """Lets a bias go with the channels of a layer's result, and counts what kernels cost."""
    if call.operation.bias is not None:
        rules.hold(call.operation.bias, labels)
    for kernel in kernels:
        rules.cost(kernel, positions(call.outputs[0]))


def _lora_or_quantized(layer: Any) -> bool:
    enabled = bool(getattr(layer, "lora_enabled", False))
    return enabled or getattr(layer, "quantization_mode", None) is not None


def mixes(layer: Any) -> bool:
    """Returns whether a layer's activation lets its channels compete."""
    return getattr(getattr(layer, "activation", None), "__name__", "") in ("softmax", "log_softmax")


#: Class of a layer -> what labels its result; None where it cannot be cut.
LAYERS: dict[str, Callable[[Rules, Call], Any]] = {
    "Dense": _dense,
    "Conv1D": _convolution,
    "Conv2D": _convolution,
    "DepthwiseConv1D": _depthwise,
    "DepthwiseConv2D": _depthwise,
    "SeparableConv1D": _separable,
    "SeparableConv2D": _separable,
    "BatchNormalization": _normalization,
    "LayerNormalization": _normalization,
    "RMSNormalization": _normalization,
    "PReLU": _prelu,
    "Embedding": _embedding,
    "SimpleRNN": _recurrent,
    "LSTM": _recurrent,
    "GRU": _recurrent,
    "EinsumDense": _einsum,
}
