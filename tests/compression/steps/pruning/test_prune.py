"""Pruning reaches the sparsity it was asked for, in every kind of layer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl.compression.steps.pruning.masks import magnitude_mask, two_four_mask, two_four_share
from automl.compression.steps.pruning.prune import GROWTH, Prune, sparsity_at
from automl.errors import CompressionError, UserInputError


@pytest.mark.parametrize("schedule", ["polynomial", "constant"])
def test_reaches_the_sparsity_and_stays_accurate(
    schedule: str,
    trained_model: Any,
    make_context: Callable[..., Any],
    accuracy: Callable[[Any], float],
) -> None:
    before = accuracy(trained_model)
    context = make_context()
    step = Prune(sparsity=0.7, schedule=schedule, epochs=3)
    pruned = step.apply(trained_model, context)
    claims = step.claims(pruned)
    assert {claim.layer for claim in claims} == {"c2", "c3", "d", "logits"}
    for claim in claims:
        size = int(np.prod(claim.shape))
        assert claim.value == pytest.approx(0.7, abs=0.5 / size)
    assert accuracy(pruned) > before - 0.05
    assert set(context.facts["pruned"]) == {"c2", "c3", "d", "logits"}


def test_two_of_four(
    trained_model: Any, make_context: Callable[..., Any], accuracy: Callable[[Any], float]
) -> None:
    before = accuracy(trained_model)
    step = Prune(schedule="two_four", epochs=2)
    pruned = step.apply(trained_model, make_context())
    assert [claim.value for claim in step.claims(pruned)] == [1.0] * 4
    assert accuracy(pruned) > before - 0.04


def test_a_passed_deadline_does_not_leave_it_half_pruned(
    trained_model: Any, make_context: Callable[..., Any]
) -> None:
    import time

    step = Prune(sparsity=0.6, epochs=20)
    pruned = step.apply(trained_model, make_context(deadline=time.time() + 0.1))
    assert min(claim.value for claim in step.claims(pruned)) == pytest.approx(0.6, abs=2e-3)


def test_layers_that_others_refuse(make_context: Callable[..., Any], tmp_path: Path) -> None:
    import keras

    from automl.execution.fit_data import FitData
    from search_spaces import InputSpec, Signature, TargetSpec

    inputs = keras.Input((12, 6))
    tensor = keras.layers.Bidirectional(keras.layers.LSTM(8, return_sequences=True))(inputs)
    tensor = keras.layers.MultiHeadAttention(2, 8)(tensor, tensor)
    tensor = keras.layers.Conv1D(16, 3)(tensor)
    tensor = keras.layers.TimeDistributed(keras.layers.Dense(16))(tensor)
    tensor = keras.layers.GlobalAveragePooling1D()(tensor)
    outputs = keras.layers.Dense(3, activation="softmax")(tensor)
    model = keras.Model(inputs, outputs)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(64, 12, 6)).astype("float32"), rng.integers(0, 3, 64)
    data = FitData(x, y)
    signature = Signature(
        InputSpec("series", (12, 6), mean=(0.0,) * 6, std=(1.0,) * 6),
        TargetSpec("classification", 3),
    )
    context = make_context(train=data, validation=data, signature=signature)
    step = Prune(sparsity=0.5, epochs=1, least=16)
    pruned = step.apply(model, context)
    claims = step.claims(pruned)
    assert len(claims) == 2 * 2 + 4 + 1 + 1 + 1
    assert all(abs(claim.value - 0.5) < 0.02 for claim in claims)


def test_no_kernel_is_large_enough(trained_model: Any, make_context: Callable[..., Any]) -> None:
    with pytest.raises(CompressionError, match="no kernel"):
        Prune(least=10**6).apply(trained_model, make_context())


def test_schedule_is_cubic_and_ends_where_asked() -> None:
    assert sparsity_at(0, 0.8) == 0
    assert sparsity_at(GROWTH / 2, 0.8) == pytest.approx(0.8 * 7 / 8)
    assert sparsity_at(GROWTH, 0.8) == sparsity_at(1, 0.8) == 0.8


def test_masks_take_the_smallest() -> None:
    values = np.array([[4.0, -1.0], [3.0, 2.0], [-0.5, 5.0], [1.0, 6.0], [9.0, 9.0]])
    assert (magnitude_mask(values, 0.3) == 0).sum() == 3
    assert magnitude_mask(values, 0.3)[2, 0] == 0
    mask = two_four_mask(values)
    assert mask[:, 0].tolist() == [1, 1, 0, 0, 1]
    assert mask[:, 1].tolist() == [0, 0, 1, 1, 1]
    assert two_four_share(values * mask) == 1
    assert two_four_share(values) == 0


@pytest.mark.parametrize(
    "fields", [{"sparsity": 1.0}, {"schedule": "linear"}, {"epochs": -1}, {"rate": 0}]
)
def test_bad_fields_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(UserInputError, match="Received"):
        Prune(**fields)
