"""The two ends of every model: raw values in, an answer out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from search_spaces.layers.masking import up_to_last
from search_spaces.signature import InputSpec, TargetSpec


@dataclass(frozen=True)
class Start:
    """What a model begins with.

    Attributes:
        inputs: The Keras input, of raw values.
        tensor: The same, rescaled: (batch, *spec.shape). Tokens are left as ids.
        mask: 1 where a step is data and 0 where it is padding, float32, shape
            (batch, steps, 1); None if every step is data.
    """

    inputs: Any
    tensor: Any
    mask: Any = None


def start(spec: InputSpec) -> Start:
    """Returns an input for raw values, and the same values as layers want them.

    Rescaling is a layer, so that an exported file takes what its user has.
    Padding is zero after it too; of a ragged series it is what follows the last
    step that is not all zeros, so that zeros in between are data.
    """
    inputs = keras.Input(spec.shape, dtype=spec.dtype, name="x")
    if spec.kind == "tokens":
        mask = ops.expand_dims(ops.cast(ops.not_equal(inputs, 0), "float32"), -1)
        return Start(inputs, inputs, mask)
    scale, offset = affine(spec)
    tensor = keras.layers.Rescaling(scale, offset, name="r")(inputs)
    if not spec.ragged:
        return Start(inputs, tensor)
    # The largest magnitude tells a row of zeros from data without a boolean reduction.
    mask = ops.max(ops.cast(ops.not_equal(inputs, 0.0), "float32"), axis=-1, keepdims=True)
    mask = up_to_last(mask)
    return Start(inputs, ops.multiply(tensor, mask), mask)


def finish(tensor: Any, target: TargetSpec) -> Any:
    """Turns (batch, features) into the answer of shape (batch, units).

    Classes and labels end in layers named ``"logits"`` and ``"probabilities"``:
    distillation reads the first, exporters the second. Numbers end in
    ``"outputs"``. A reconstruction ends in `undo` instead.
    """
    if target.kind in ("classification", "multilabel"):
        logits = keras.layers.Dense(target.units, name="logits")(tensor)
        if target.kind == "classification":
            return keras.layers.Softmax(name="probabilities")(logits)
        return keras.layers.Activation("sigmoid", name="probabilities")(logits)
    return keras.layers.Dense(target.units, name="outputs")(tensor)


def undo(tensor: Any, spec: InputSpec) -> Any:
    """Turns a rescaled reconstruction (batch, *spec.shape) into raw values, in ``"outputs"``."""
    scale, offset = affine(spec)
    if isinstance(scale, list):
        back = [-o / s for o, s in zip(offset, scale, strict=True)]
        return keras.layers.Rescaling([1 / s for s in scale], back, name="outputs")(tensor)
    return keras.layers.Rescaling(1 / scale, -offset / scale, name="outputs")(tensor)


def raw_variance(spec: InputSpec) -> float:
    """Returns the mean squared raw difference that one rescaled unit of difference makes."""
    scale, _ = affine(spec)
    scales = scale if isinstance(scale, list) else [scale]
    return math.fsum(1 / s**2 for s in scales) / len(scales)


def affine(spec: InputSpec) -> tuple[Any, Any]:
    """Returns scale and offset of the rescaling: one number each, or one for each channel."""
    if spec.mean:
        scales = [1 / deviation for deviation in spec.std]
        return scales, [-mean * scale for mean, scale in zip(spec.mean, scales, strict=True)]
    scale = 2.0 / (spec.high - spec.low)
    return scale, -1.0 - spec.low * scale
