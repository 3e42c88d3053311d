"""Rounds as an int8 file does, with gradients that pass through.

Jacob et al., 2018, https://arxiv.org/abs/1712.05877; the straight-through
gradient is that of Bengio et al., 2013, https://arxiv.org/abs/1308.3432.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

#: Share of the old range that stays when a batch moves it.
MOMENTUM = 0.99


def fake_quantize_weights(values: Any, axis: int | None) -> Any:
    """Returns weights rounded to 255 steps, symmetric around zero.

    Args:
        values: A kernel.
        axis: Axis of the output channels, each of which has a scale of its own;
            None for one scale.
    """
    axes = tuple(k for k in range(len(values.shape)) if axis is None or k != axis)
    largest = ops.max(ops.abs(values), axis=axes, keepdims=True)
    scale = ops.maximum(ops.stop_gradient(largest), 1e-9) / 127.0
    rounded = ops.multiply(ops.round(ops.divide(values, scale)), scale)
    return ops.add(values, ops.stop_gradient(ops.subtract(rounded, values)))


def fake_quantize_activations(values: Any, low: Any, high: Any) -> Any:
    """Returns activations rounded to 256 steps of a range that holds zero exactly.

    Values outside are clipped and have no gradient.

    Args:
        values: Any tensor.
        low: Lowest value of the range, a scalar up to 0.
        high: Highest value, a scalar from 0.
    """
    scale = ops.maximum(ops.subtract(high, low), 1e-6) / 255.0
    zero = ops.round(ops.divide(ops.negative(low), scale))
    bottom, top = ops.multiply(-zero, scale), ops.multiply(255.0 - zero, scale)
    clipped = ops.clip(values, bottom, top)
    rounded = ops.multiply(ops.round(ops.divide(clipped, scale)), scale)
    return ops.add(clipped, ops.stop_gradient(ops.subtract(rounded, clipped)))


class ActivationRange(keras.layers.Layer):
    """Rounds activations in a range that follows what it sees.

    Args:
        low: Lowest value seen so far.
        high: Highest value seen so far.
        fixed: Whether the range is given by the operation, whatever is seen.
    """

    def __init__(self, low: float, high: float, *, fixed: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self._first = (min(low, 0.0), max(high, 0.0))
        self.fixed = fixed

    def build(self, input_shape: Any) -> None:
        """Makes the range and whether it moves."""
        for name, value in zip(("low", "high"), self._first, strict=True):
            constant = keras.initializers.Constant(value)
            setattr(self, name, self.add_weight((), constant, trainable=False, name=name))
        moves = "zeros" if self.fixed else "ones"
        self.moves = self.add_weight((), moves, trainable=False, name="moves")
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Returns the rounded inputs; in training the range moves first."""
        if training:
            detached = ops.stop_gradient(inputs)
            step = ops.multiply(1 - MOMENTUM, self.moves)
            low = ops.minimum(ops.min(detached), 0.0)
            high = ops.maximum(ops.max(detached), 0.0)
            self.low.assign(ops.add(self.low, ops.multiply(step, ops.subtract(low, self.low))))
            self.high.assign(ops.add(self.high, ops.multiply(step, ops.subtract(high, self.high))))
        return fake_quantize_activations(inputs, self.low, self.high)

    def compute_output_spec(self, inputs: Any, training: bool = False) -> Any:
        """Returns the shape and type of the inputs."""
        return keras.KerasTensor(inputs.shape, inputs.dtype)

    def freeze(self, low: float, high: float) -> None:
        """Sets the range and holds it there, unless it is fixed."""
        if self.fixed:
            return
        self.low.assign(min(low, 0.0))
        self.high.assign(max(high, 0.0))
        self.moves.assign(0.0)


class RoundedWeights(keras.layers.Layer):
    """Calls another layer, of any kind, with its kernels rounded.

    The variables themselves are not touched: the layer reads rounded values in
    their place, through which gradients reach them.

    Args:
        layer: A built layer.
        kernels: Its kernels and the axis of output channels of each, or None.
    """

    def __init__(self, layer: Any, kernels: list[tuple[Any, int | None]], **options: Any) -> None:
        super().__init__(**options)
        self.layer = layer
        self._kernels = [tuple(each) for each in kernels]
        self.built = True

    def call(self, *args: Any, **options: Any) -> Any:
        """Returns what the layer makes of rounded kernels."""
        mapping = [
            (variable, fake_quantize_weights(variable.value, axis))
            for variable, axis in self._kernels
        ]
        with keras.StatelessScope(state_mapping=mapping) as scope:
            outputs = self.layer(*args, **options)
        # What the layer itself has changed, such as the seed of a dropout.
        for variable in self.layer.non_trainable_variables:
            value = scope.get_current_value(variable)
            if value is not None:
                variable.assign(value)
        return outputs

    def compute_output_spec(self, *args: Any, **options: Any) -> Any:
        """Returns what the layer would put out."""
        return self.layer.compute_output_spec(*args, **options)
