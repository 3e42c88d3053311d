"""A model with kernels that are worth compressing, and what a step is given beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np

from automl.execution.fit_data import FitData
from automl.testing.models import CLASSES, HIGH, SIDE, small_data
from search_spaces import InputSpec, Signature, TargetSpec
from search_spaces.training.recipe import Recipe

if TYPE_CHECKING:
    from automl.compression.steps.base import StepContext

#: Width of its layers: the kernel between two of them is above what steps leave alone.
WIDTH = 32
#: Of its dense kernel.
RANK = 4


def wide_model(width: int = WIDTH) -> keras.Model:
    """Returns an untrained convolutional classifier of `small_data`.

    Its dense kernel is of rank `RANK`, as kernels nearly are that training has left.

    Args:
        width: Channels and units of its layers.
    """
    layers = keras.layers
    inputs = keras.Input((SIDE, SIDE, 1), name="x")
    tensor = layers.Rescaling(2 / HIGH, -1.0, name="r")(inputs)
    for number in (1, 2):
        tensor = layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"c{number}")(tensor)
        tensor = layers.BatchNormalization(name=f"n{number}")(tensor)
        tensor = layers.ReLU(name=f"a{number}")(tensor)
    tensor = layers.GlobalAveragePooling2D(name="p")(tensor)
    tensor = layers.Dense(width, activation="relu", name="d")(tensor)
    logits = layers.Dense(CLASSES, name="logits")(tensor)
    model = keras.Model(inputs, layers.Softmax(name="probabilities")(logits), name="wide")
    factors = np.random.default_rng(7).normal(0, 0.3, (2, width, RANK)).astype("float32")
    model.get_layer("d").kernel.assign(factors[0] @ factors[1].T)
    return model


def context_for_steps(work: Path) -> StepContext:
    """Returns what a step is given in a run on `small_data`; another model can teach.

    Args:
        work: An empty folder.
    """
    from automl.compression.steps.base import StepContext

    keras.utils.set_random_seed(0)
    return StepContext(
        train=FitData(*small_data(64)),
        validation=FitData(*small_data(32, seed=1)),
        signature=Signature(
            InputSpec("image", (SIDE, SIDE, 1), 0.0, HIGH), TargetSpec("classification", CLASSES)
        ),
        training=Recipe(batch_size=16),
        epochs=1,
        seed=1,
        work=work,
        teachers=lambda count: [wide_model(2 * WIDTH)],
        build=wide_model,
    )
