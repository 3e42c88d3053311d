"""Weights of unequal classes."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from automl.data.base import Target
from automl.data.class_weights import MODES, decide, sample_weights
from automl.errors import UserInputError

TARGET = Target("class", ("a", "b", "c"))


def labels(*counts):
    return np.repeat(np.arange(len(counts)), counts)


@pytest.mark.parametrize("counts", [(50, 30, 20), (1, 100, 7), (50, 0, 10)])
def test_balanced_weights_are_those_of_scikit_learn(counts):
    y = labels(*counts)
    weights = sample_weights(y, TARGET, "balanced")
    np.testing.assert_allclose(weights, compute_sample_weight("balanced", y), rtol=1e-6)
    assert weights.dtype == np.float32
    assert weights.mean() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("counts", "balanced"), [((100, 10, 50), False), ((100, 9, 50), True), ((100, 100, 0), False)]
)
def test_classes_are_balanced_of_their_own_accord_where_they_are_very_unequal(counts, balanced):
    y = labels(*counts)
    assert (sample_weights(y, TARGET, "auto") is not None) == balanced
    mode, why = decide(y, TARGET, "auto")
    assert mode == ("balanced" if balanced else "none")
    if balanced:
        assert why.endswith("'a' has 100 examples, 'b' 9.")


def test_nothing_is_weighed_if_nothing_is_to_be():
    assert sample_weights(labels(100, 1, 1), TARGET, "none") is None
    assert sample_weights(labels(5, 5, 5), TARGET, "balanced") is None
    assert sample_weights(labels(9, 0, 0), TARGET, "balanced") is None


@pytest.mark.parametrize("kind", ["labels", "number", "none"])
def test_there_are_classes_to_balance_or_it_is_said(kind):
    target, y = Target(kind, ("a",)), np.zeros((5, 1), "float32")
    for mode in ("auto", "none"):
        assert sample_weights(y, target, mode) is None
    with pytest.raises(UserInputError, match=f"of kind '{kind}'"):
        sample_weights(y, target, "balanced")


def test_the_modes_are_those_of_the_command_line():
    from automl.config import CLASS_WEIGHTS

    assert set(MODES) == set(CLASS_WEIGHTS)
    with pytest.raises(UserInputError, match="Received: 'sometimes'"):
        sample_weights(labels(5, 5, 5), TARGET, "sometimes")
