"""Reconstructions compared in rescaled units, channel by channel."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from search_spaces.layers.ends import affine
from search_spaces.signature import InputSpec


def rescaled_twin(model: Any, spec: InputSpec) -> Any:
    """Returns a model that shares the layers and optimizer of `model` and puts out rescaled values.

    In raw units the squared error of a table is that of its largest column
    alone. What the twin learns is in `model`.

    Args:
        model: A compiled model whose outputs are raw values, (batch, *spec.shape).
        spec: What those are.
    """
    scale, offset = affine(spec)
    outputs = keras.layers.Rescaling(scale, offset, name="rescaled")(model.outputs[0])
    twin = keras.Model(model.inputs, outputs, name=model.name)
    twin.compile(
        optimizer=model.optimizer,
        loss="mean_squared_error",
        metrics=["mean_absolute_error"],
        steps_per_execution=model.steps_per_execution,
        run_eagerly=model.run_eagerly,
        jit_compile=model.jit_compile,
    )
    return twin


def rescale(values: Any, spec: InputSpec) -> NDArray[np.float32]:
    """Returns raw values as the twin puts them out."""
    scale, offset = affine(spec)
    rescaled = np.asarray(values) * np.asarray(scale) + np.asarray(offset)
    return np.asarray(rescaled, np.float32)
