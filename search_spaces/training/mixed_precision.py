"""Trains a model in numbers of half the bits, and makes it float32 again."""

from __future__ import annotations

from typing import Any

import keras

from search_spaces.errors import UserInputError

FLOAT32 = "float32"
FLOAT16 = "mixed_float16"
#: Keras dtype policies that a model can be trained with.
PRECISIONS = (FLOAT32, FLOAT16, "mixed_bfloat16")


def train_in(model: Any, precision: str) -> None:
    """Makes a compiled model compute in a precision; its variables are float32 in all of them.

    The model is built in float32, so that the same seed begins with the same weights
    in every precision, and goes back to float32 by another call: nothing is
    rounded but what is computed on the way. The layers before the first weights, which
    are given raw values, and the last layer with weights and what follows it, whose
    numbers are compared with targets, stay in float32. Small gradients would be zero
    in float16: there the loss is scaled (Micikevicius et al., 2018,
    https://arxiv.org/abs/1710.03740). Call it before the state of a paused fit is put
    back, as the scale is a part of that.

    Args:
        model: A compiled Keras model.
        precision: One of `PRECISIONS`.

    Raises:
        UserInputError: If there is no such precision.
    """
    if precision not in PRECISIONS:
        raise UserInputError(
            f"A precision is one of {', '.join(PRECISIONS)}. Received: {precision!r}."
        )
    inner = set() if precision == FLOAT32 else {id(layer) for layer in _inner(model)}
    for layer in _layers(model):
        layer.dtype_policy = precision if id(layer) in inner else FLOAT32
    scales = isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    if precision == FLOAT16 and not scales:
        # Named, or Keras numbers the optimizers of a process.
        model.optimizer = keras.optimizers.LossScaleOptimizer(model.optimizer, name="loss_scale")
    # What was traced has the other precision in it.
    model.train_function = model.test_function = model.predict_function = None


def _layers(model: Any) -> list[Any]:
    """Returns every layer of a model that computes, those within layers too."""
    return [layer for layer in model._flatten_layers() if not _is_input(layer)]


def _inner(model: Any) -> list[Any]:
    """Returns the layers between the first weights and the last ones, the last ones left out."""
    operations = [
        each for each in getattr(model, "operations", model.layers) if not _is_input(each)
    ]
    learned = [
        place for place, each in enumerate(operations) if getattr(each, "trainable_variables", None)
    ]
    between = operations[learned[0] : learned[-1]] if learned else []
    return [
        inner
        for each in between
        if isinstance(each, keras.Layer)
        for inner in each._flatten_layers()
    ]


def _is_input(layer: Any) -> bool:
    return isinstance(layer, keras.layers.InputLayer)
