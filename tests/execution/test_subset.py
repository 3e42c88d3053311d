"""Which examples a part of the training data holds."""

from __future__ import annotations

import numpy as np
import pytest

from automl.execution.fit_data import FitData
from automl.execution.subset import part_of, subset_rows

LABELS = np.repeat([0, 1, 2], [80, 16, 4])


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 1.0])
def test_every_class_is_there_in_proportion(share):
    rows = subset_rows(LABELS, share, seed=0)
    assert list(rows) == sorted(set(rows))
    counts = np.bincount(LABELS[rows], minlength=3)
    assert counts == pytest.approx(np.ceil(share * np.array([80, 16, 4])), abs=1)
    assert counts.min() >= 1


def test_a_larger_share_holds_the_smaller_ones():
    small, large = subset_rows(LABELS, 0.2, seed=3), subset_rows(LABELS, 0.6, seed=3)
    assert set(small) < set(large)


def test_the_seed_decides_which():
    first, second = subset_rows(LABELS, 0.5, seed=0), subset_rows(LABELS, 0.5, seed=1)
    assert list(subset_rows(LABELS, 0.5, seed=0)) == list(first) != list(second)


def test_examples_targets_and_weights_stay_together():
    x = np.arange(100, dtype="float32")[:, None]
    part = part_of(FitData(x, LABELS, x[:, 0]), 0.5, 0, by_class=True)
    assert len(part.x) == len(part.y) == len(part.weights) == 50
    np.testing.assert_array_equal(part.x[:, 0], part.weights)
    np.testing.assert_array_equal(part.y, LABELS[part.x[:, 0].astype(int)])


def test_numbers_are_drawn_plainly_and_everything_stays_as_it_is():
    given = FitData(np.zeros((100, 2), "float32"), np.linspace(0, 1, 100))
    assert len(part_of(given, 0.3, 0, by_class=False).x) == 30
    assert part_of(given, 1.0, 0, by_class=False) is given
