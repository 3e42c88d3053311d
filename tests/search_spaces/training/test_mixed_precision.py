"""Every space trains in numbers of half the bits, and is a float32 model again afterwards."""

from __future__ import annotations

from itertools import cycle

import keras
import numpy as np
import pytest

from search_spaces import SPACES
from search_spaces.errors import UserInputError
from search_spaces.testing.cases import cases_by_name, offline_space
from search_spaces.testing.checks import answers, labels_for
from search_spaces.testing.inputs import batch
from search_spaces.training.mixed_precision import PRECISIONS, train_in


@pytest.mark.parametrize(
    ("name", "precision"), zip(SPACES.names(), cycle(PRECISIONS[1:]), strict=False)
)
def test_nothing_of_a_lower_precision_stays(name: str, precision: str) -> None:
    space = offline_space(name, next(iter(cases_by_name(name))).signature)
    values = space.canonical(space.sample(3))
    inputs, targets = batch(space.signature, seed=0)
    labels = labels_for(space, values, targets)
    keras.utils.set_random_seed(1)
    model = space.build_from(values)
    before = model.get_config()
    train_in(model, precision)
    assert precision in {layer.dtype_policy.name for layer in model._flatten_layers()}
    model.run_eagerly = True  # Tracing takes longer than one step.
    assert np.isfinite(model.train_on_batch(inputs, labels)[0])
    train_in(model, "float32")

    assert model.get_config() == before
    assert {weight.dtype for weight in model.trainable_weights} == {"float32"}
    fresh = keras.models.clone_model(model)
    fresh.set_weights(model.get_weights())
    np.testing.assert_allclose(answers(model, inputs), answers(fresh, inputs), atol=1e-6)


def test_a_precision_that_there_is_not_is_refused() -> None:
    with pytest.raises(UserInputError, match="'float8'"):
        train_in(keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]), "float8")
