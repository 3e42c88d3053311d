"""What is particular to the temporal block."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.temporal import Temporal, TemporalChoices

STEPS = 16


def response(choices):
    """Returns which steps of the output change with step 8 of the input."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((STEPS, 2))
    around = Surroundings(filters=3, normalization="none", activation="tanh")
    model = keras.Model(inputs, Temporal().apply(choices, inputs, around))
    values = np.random.default_rng(0).normal(size=(1, STEPS, 2)).astype("float32")
    changed = values.copy()
    changed[:, 8] += 1
    difference = np.abs(model.predict_on_batch(values) - model.predict_on_batch(changed))
    return np.flatnonzero(difference.max(axis=(0, 2)) > 1e-6)


@pytest.mark.parametrize("dilation", [1, 2])
def test_causal_steps_see_no_later_ones(dilation):
    choices = TemporalChoices(kernel=3, dilation=dilation, causal=True)
    seen = response(choices)
    assert [*seen] == [*range(8, min(8 + choices.reach, STEPS - 1) + 1, dilation)]


def test_other_steps_see_both_ways():
    choices = TemporalChoices(kernel=3, dilation=2)
    seen = response(choices)
    assert (seen.min(), seen.max()) == (8 - choices.reach // 2, 8 + choices.reach // 2)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="kernel of at least 2"):
        TemporalChoices(kernel=1)
    with pytest.raises(ValueError, match="reads sequences"):
        Temporal().apply(TemporalChoices(), keras.Input((4, 4, 3)), Surroundings(filters=4))
