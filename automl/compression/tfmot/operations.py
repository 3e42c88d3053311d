"""Operations of `keras.ops` that a model holds, in TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def _axis(options: dict[str, Any]) -> Any:
    axis = options.get("axis")
    return list(axis) if isinstance(axis, tuple) else axis


def _reduced(function: Callable[..., Any]) -> Callable[..., Any]:
    def reduce(tensor: Any, **options: Any) -> Any:
        return function(tensor, axis=_axis(options), keepdims=bool(options.get("keepdims")))

    return reduce


def _alike(function: Callable[..., Any]) -> Callable[..., Any]:
    """Makes both operands tensors of the type of the one that is a tensor."""

    def apply(first: Any, second: Any, **options: Any) -> Any:
        kind = first.dtype if isinstance(first, tf.Tensor) else second.dtype
        return function(tf.cast(first, kind), tf.cast(second, kind))

    return apply


def _reshape(tensor: Any, *_: Any, newshape: Any = None, **options: Any) -> Any:
    return tf.reshape(tensor, [-1 if each is None else each for each in newshape])


def _transpose(tensor: Any, *_: Any, axes: Any = None, **options: Any) -> Any:
    return tf.transpose(tensor, axes)


def _pad(
    tensor: Any, *_: Any, pad_width: Any = None, mode: str = "constant", **options: Any
) -> Any:
    if isinstance(pad_width, int):
        pad_width = [[pad_width, pad_width]] * len(tensor.shape)
    return tf.pad(tensor, [list(each) for each in pad_width], mode=mode.upper())


def _max_pool(tensor: Any, *_: Any, pool_size: Any = 2, **options: Any) -> Any:
    strides = options.get("strides") or pool_size
    padding = str(options.get("padding", "valid")).upper()
    return tf.nn.pool(
        tensor,
        _several(pool_size, tensor),
        "MAX",
        strides=_several(strides, tensor),
        padding=padding,
    )


def _several(value: Any, tensor: Any) -> list[int]:
    rank = len(tensor.shape) - 2
    return [value] * rank if isinstance(value, int) else list(value)


def _concatenate(tensors: Any, *_: Any, axis: int = -1, **options: Any) -> Any:
    return tf.concat(list(tensors), axis)


def _squeeze(tensor: Any, *_: Any, **options: Any) -> Any:
    return tf.squeeze(tensor, axis=_axis(options))


def _expand(tensor: Any, *_: Any, axis: Any = -1, **options: Any) -> Any:
    axes = sorted(axis) if isinstance(axis, list | tuple) else [axis]
    for each in axes:
        tensor = tf.expand_dims(tensor, each)
    return tensor


def _flip(tensor: Any, *_: Any, **options: Any) -> Any:
    axis = _axis(options)
    axes = axis if isinstance(axis, list) else [axis]
    return tf.reverse(tensor, [each % len(tensor.shape) for each in axes])


def _cast(tensor: Any, *_: Any, dtype: str = "float32", **options: Any) -> Any:
    return tf.cast(tensor, dtype)


def _softmax(tensor: Any, *_: Any, axis: int = -1, **options: Any) -> Any:
    return tf.nn.softmax(tensor, axis=axis)


def _gelu(tensor: Any, *_: Any, approximate: bool = True, **options: Any) -> Any:
    return tf.nn.gelu(tensor, approximate=approximate)


def _leaky(tensor: Any, *_: Any, negative_slope: float = 0.2, **options: Any) -> Any:
    return tf.nn.leaky_relu(tensor, negative_slope)


def _one(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda tensor, *_, **options: function(tensor)


def hard_sigmoid(tensor: Any) -> Any:
    """Returns relu6(x + 3) / 6; that of tf_keras has another slope."""
    return tf.nn.relu6(tensor + 3.0) / 6.0


def hard_silu(tensor: Any) -> Any:
    """Returns x * relu6(x + 3) / 6."""
    return tensor * hard_sigmoid(tensor)


#: Class of the operation in Keras 3 -> what computes it.
OPERATIONS: dict[str, Callable[..., Any]] = {
    "Add": _alike(tf.add),
    "Subtract": _alike(tf.subtract),
    "Multiply": _alike(tf.multiply),
    "Divide": _alike(tf.divide),
    "TrueDivide": _alike(tf.divide),
    "Maximum": _alike(tf.maximum),
    "Minimum": _alike(tf.minimum),
    "Power": _alike(tf.pow),
    "Matmul": _alike(tf.matmul),
    "NotEqual": _alike(tf.not_equal),
    "Equal": _alike(tf.equal),
    "Greater": _alike(tf.greater),
    "Less": _alike(tf.less),
    "Sum": _reduced(tf.reduce_sum),
    "Mean": _reduced(tf.reduce_mean),
    "Max": _reduced(tf.reduce_max),
    "Min": _reduced(tf.reduce_min),
    "Reshape": _reshape,
    "Transpose": _transpose,
    "Pad": _pad,
    "MaxPool": _max_pool,
    "Concatenate": _concatenate,
    "Squeeze": _squeeze,
    "ExpandDims": _expand,
    "Flip": _flip,
    "Cast": _cast,
    "GetItem": lambda tensor, key: tensor[key],
    "Softmax": _softmax,
    "Gelu": _gelu,
    "LeakyRelu": _leaky,
    "Relu": _one(tf.nn.relu),
    "Relu6": _one(tf.nn.relu6),
    "Elu": _one(tf.nn.elu),
    "Silu": _one(tf.nn.silu),
    "Sigmoid": _one(tf.sigmoid),
    "HardSigmoid": _one(hard_sigmoid),
    "HardSilu": _one(hard_silu),
    "Tanh": _one(tf.tanh),
    "Exp": _one(tf.exp),
    "Log": _one(tf.math.log),
    "Sqrt": _one(tf.sqrt),
    "Rsqrt": _one(tf.math.rsqrt),
    "Square": _one(tf.square),
    "Negative": _one(tf.negative),
    "Absolute": _one(tf.abs),
    "OnesLike": _one(tf.ones_like),
    "ZerosLike": _one(tf.zeros_like),
}
