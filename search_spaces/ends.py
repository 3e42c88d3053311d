"""The two ends every classifier has: raw values in, probabilities out."""

from __future__ import annotations

from typing import Any

import keras

from search_spaces.signature import InputSpec


def raw_input(spec: InputSpec) -> tuple[Any, Any]:
    """Returns an input for raw values, and the same values rescaled to [-1, 1].

    Rescaling is a layer, so that an exported file takes what its user has.

    Returns:
        Two Keras tensors of shape (batch, *spec.shape).
    """
    inputs = keras.Input(spec.shape, name="x")
    scale = 2.0 / (spec.high - spec.low)
    return inputs, keras.layers.Rescaling(scale, -1.0 - spec.low * scale, name="r")(inputs)


def probabilities(tensor: Any, units: int) -> Any:
    """Turns (batch, features) into (batch, units) probabilities.

    The layers are named ``"logits"`` and ``"probabilities"``: distillation reads
    the first, exporters the second.
    """
    logits = keras.layers.Dense(units, name="logits")(tensor)
    return keras.layers.Softmax(name="probabilities")(logits)
