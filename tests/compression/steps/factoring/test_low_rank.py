"""Kernels are split where it saves weights, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from automl.compression.steps.factoring.factors import best_rank, factorize, saved
from automl.compression.steps.factoring.low_rank import LowRank
from automl.errors import CompressionError, UserInputError


def test_splits_what_is_worth_it(
    trained_model: Any, make_context: Callable[..., Any], accuracy: Callable[[Any], float]
) -> None:
    before = accuracy(trained_model)
    context = make_context()
    smaller = LowRank(energy=0.8, epochs=2).apply(trained_model, context)
    assert context.facts["ranks"].keys() <= {"d", "c3"}
    assert smaller.count_params() < trained_model.count_params()
    name, rank = next(iter(context.facts["ranks"].items()))
    assert smaller.get_layer(f"{name}_low").output.shape[-1] == rank
    assert smaller.output_shape == trained_model.output_shape
    assert accuracy(smaller) > before - 0.05


def test_kernels_of_low_rank_lose_nothing(make_context: Callable[..., Any]) -> None:
    """Dense, embedding and pointwise kernels, strides and activations among them."""
    import keras

    from automl.execution.fit_data import FitData
    from search_spaces import InputSpec, Signature, TargetSpec

    inputs = keras.Input((12,), dtype="int32")
    tensor = keras.layers.Embedding(100, 32, name="e")(inputs)
    tensor = keras.layers.Conv1D(48, 1, strides=2, activation="relu", name="c")(tensor)
    tensor = keras.layers.Flatten()(tensor)
    tensor = keras.layers.Dense(40, activation="tanh", name="d")(tensor)
    outputs = keras.layers.Dense(3, activation="softmax", name="o")(tensor)
    model = keras.Model(inputs, outputs)
    rng = np.random.default_rng(0)
    for name in ("e", "c", "d"):
        layer = model.get_layer(name)
        kernel, *bias = layer.get_weights()
        low, _ = factorize(kernel.reshape(-1, kernel.shape[-1]), 3)
        narrow = (low @ rng.normal(size=(3, kernel.shape[-1]))).astype("float32")
        layer.set_weights([narrow.reshape(kernel.shape), *(b + 0.1 for b in bias)])
    x = rng.integers(0, 100, (32, 12)).astype("int32")
    data = FitData(x, rng.integers(0, 3, 32))
    signature = Signature(
        InputSpec("tokens", (12,), vocabulary=100), TargetSpec("classification", 3)
    )
    context = make_context(train=data, validation=data, signature=signature)
    step = LowRank(energy=0.9999, epochs=1, rate=1e-9)
    expected = model.predict(x, verbose=0)
    smaller = step.apply(model, context)
    assert set(context.facts["ranks"]) == {"e", "c", "d"}
    assert set(context.facts["ranks"].values()) == {3}
    np.testing.assert_allclose(smaller.predict(x, verbose=0), expected, atol=1e-4)


def test_nothing_to_save(trained_model: Any, make_context: Callable[..., Any]) -> None:
    with pytest.raises(CompressionError, match="smaller at 100%"):
        LowRank(energy=0.9999).apply(trained_model, make_context())


def test_factors() -> None:
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(20, 3)) @ rng.normal(size=(3, 30))
    assert best_rank(matrix, 0.99999) == 3
    left, right = factorize(matrix, 3)
    np.testing.assert_allclose(left @ right, matrix, atol=1e-5)
    assert saved((20, 30), 3) == 600 - 150


def test_bad_fields_are_refused() -> None:
    with pytest.raises(UserInputError, match="Received"):
        LowRank(energy=1.0)
