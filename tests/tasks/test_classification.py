"""Single-label classification. What every task must keep is in tests/contracts."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tasks.classification import Classification

OUTPUTS = np.array([[0.1, 0.9], [0.6, 0.4], [0.2, 0.8], [0.5, 0.5]])


@pytest.mark.parametrize(
    ("labels", "quality"), [([1, 0, 1, 0], 1.0), ([1, 0, 0, 0], 0.75), ([0, 1, 0, 1], 0.0)]
)
def test_quality_is_top_1_accuracy(labels, quality):
    assert Classification().quality(OUTPUTS, np.array(labels)) == quality


def test_agreement_is_of_the_largest_output_however_sure():
    sure = np.array([[0.0, 1.0], [1.0, 0.0], [0.9, 0.1], [0.5, 0.5]])
    assert Classification().agreement(OUTPUTS, sure) == 0.75


def test_a_network_has_a_unit_per_class(digits):
    target = Classification().target(digits.summary)
    assert (target.kind, target.units) == ("classification", 10)
