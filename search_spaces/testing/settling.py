"""Models that stand where training would have brought them, without the training.

Fresh models hide what goes wrong in a converter: their biases are zero, their
normalizations do nothing, and their probabilities are all alike.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

#: Most that the last layer makes of an error of the features, both relative:
#: features that hardly differ between examples are not told apart at any price.
MOST_GAIN = 2.0
#: How far vectors (biases, scales, shifts) are moved from where they begin.
JITTER = 0.2


def settle(model: Any, inputs: NDArray[Any], seed: int = 0, *, last: bool = True) -> None:
    """Moves biases and scales at random, and statistics and logits to where they fit `inputs`.

    Batch statistics become those of `inputs`; the layer named ``"logits"``, or
    a dense ``"outputs"``, is scaled so that what it puts out is of size 1, and
    shifted so that most of it differs from one example to the next.

    Args:
        model: A built functional model.
        inputs: Raw examples that vary, such as `search_spaces.testing.batch` gives.
        seed: Of the random moves.
        last: Whether the last layer is scaled and shifted. Features that a deep
            network of random weights makes hardly differ, and what differs is
            rounding.
    """
    random = np.random.default_rng(seed)
    for weight in model.trainable_weights:
        if sum(size > 1 for size in weight.shape) == 1:
            moves = random.uniform(-JITTER, JITTER, tuple(weight.shape))
            weight.assign_add(moves.astype("float32"))
    _settle_statistics(model, inputs)
    if last:
        _settle_last(model, inputs)


def _settle_statistics(model: Any, inputs: NDArray[Any]) -> None:
    layers = [
        layer
        for layer in model._flatten_layers(include_self=False)
        if isinstance(layer, keras.layers.BatchNormalization)
    ]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = 0.0
    model(inputs, training=True)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum


def _settle_last(model: Any, inputs: NDArray[Any]) -> None:
    for name in ("logits", "outputs"):
        layer = next((each for each in model.layers if each.name == name), None)
        if isinstance(layer, keras.layers.Dense):
            break
    else:
        return
    before = keras.ops.convert_to_numpy(keras.Model(model.input, layer.output)(inputs))
    shift, scale = _standardizing(before.astype("float64"))
    kernel, bias = (keras.ops.convert_to_numpy(weight) for weight in (layer.kernel, layer.bias))
    layer.kernel.assign((kernel * scale).astype("float32"))
    layer.bias.assign(((bias - shift) * scale).astype("float32"))


def _standardizing(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Returns what to subtract from (examples, units), and then to multiply with."""
    center = values.mean(axis=0)
    varying, constant = np.sqrt(values.var(axis=0).mean()), np.sqrt((center**2).mean())
    least = np.hypot(varying, constant) / MOST_GAIN
    kept = np.sqrt(max(least**2 - varying**2, 0.0)) / max(constant, 1e-12)
    shift = center * (1.0 - kept)
    size = np.sqrt(((values - shift) ** 2).mean())
    return shift, float(1.0 / max(size, 1e-6))
