"""Activations whose exported forms stay true to Keras."""

from __future__ import annotations

from typing import Any

import keras

# Left out: selu, mish, softplus, celu convert to int8 without an error and are badly wrong.
ACTIVATIONS = ("relu", "relu6", "leaky_relu", "elu", "silu", "hard_silu", "gelu")


def activation(kind: str, name: str) -> Any:
    """Returns an activation layer.

    Raises:
        ValueError: If `kind` is not one of `ACTIVATIONS`.
    """
    if kind not in ACTIVATIONS:
        raise ValueError(f"An activation is one of {ACTIVATIONS}. Received: kind={kind!r}")
    return keras.layers.Activation(kind, name=name)
