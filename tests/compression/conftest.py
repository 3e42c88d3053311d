"""Small trained models, and what a step is given beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def digits_data() -> Any:
    """Returns training and validation examples and the signature of the digits."""
    from sklearn.datasets import load_digits

    from automl.execution.fit_data import FitData
    from search_spaces import InputSpec, Signature, TargetSpec

    loaded = load_digits()
    x = loaded.images[..., None].astype("float32")
    y = loaded.target.astype("int64")
    signature = Signature(
        InputSpec("image", (8, 8, 1), 0.0, 16.0), TargetSpec("classification", 10)
    )
    return FitData(x[:1200], y[:1200]), FitData(x[1200:], y[1200:]), signature


@pytest.fixture(scope="session")
def make_context(digits_data: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Returns a function that makes a step's context; fields can be given."""
    from automl.compression.steps.base import StepContext
    from search_spaces.training.recipe import Recipe

    def make(**fields: Any) -> StepContext:
        train, validation, signature = digits_data
        usual = StepContext(
            train=train,
            validation=validation,
            signature=signature,
            training=Recipe(batch_size=64),
            epochs=8,
            seed=1,
            work=Path(tmp_path_factory.mktemp("step")),
        )
        return replace(usual, **({"facts": {}} | fields))

    return make


@pytest.fixture(scope="session")
def trained_file(make_context: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Returns the file of a digits CNN that was trained for 8 epochs."""
    import keras

    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 8, 1), name="x")
    tensor = keras.layers.Rescaling(1 / 8, -1.0, name="r")(inputs)
    tensor = keras.layers.Conv2D(16, 3, padding="same", use_bias=False, name="c1")(tensor)
    tensor = keras.layers.BatchNormalization(momentum=0.9, name="n1")(tensor)
    tensor = before = keras.layers.Activation("relu", name="a1")(tensor)
    tensor = keras.layers.Conv2D(16, 3, padding="same", use_bias=False, name="c2")(tensor)
    tensor = keras.layers.BatchNormalization(momentum=0.9, name="n2")(tensor)
    tensor = keras.layers.Activation("relu", name="a2")(tensor)
    tensor = keras.layers.Add(name="t")([tensor, before])
    tensor = keras.layers.MaxPooling2D(2, name="p")(tensor)
    tensor = keras.layers.SeparableConv2D(32, 3, padding="same", name="c3")(tensor)
    tensor = keras.layers.Activation("relu", name="a3")(tensor)
    tensor = keras.layers.Flatten(name="f")(tensor)
    tensor = keras.layers.Dense(32, activation="relu", name="d")(tensor)
    tensor = keras.layers.Dense(10, name="logits")(tensor)
    outputs = keras.layers.Softmax(name="probabilities")(tensor)
    model = keras.Model(inputs, outputs, name="small")
    make_context().fit(model, 8)
    path = tmp_path_factory.mktemp("trained") / "model.keras"
    model.save(path)
    return path


@pytest.fixture
def trained_model(trained_file: Path) -> Any:
    """Returns a copy of the trained CNN of its own."""
    from automl.execution.models import load_model

    return load_model(trained_file)


@pytest.fixture(scope="session")
def accuracy(digits_data: Any) -> Callable[[Any], float]:
    """Returns a function that measures a model on validation data."""

    def measure(model: Any) -> float:
        validation = digits_data[1]
        outputs = model.predict(validation.x, verbose=0, batch_size=256)
        return float((outputs.argmax(axis=1) == validation.y).mean())

    return measure
