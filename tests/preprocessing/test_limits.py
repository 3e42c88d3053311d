"""Where raw data cannot be stored in integers."""

from __future__ import annotations

import pytest

from automl.data.base import Target
from automl.data.dataset import DataSummary
from automl.preprocessing.limits import float_start
from search_spaces import InputSpec


def summary(spec, front=None):
    return DataSummary("x", "npz", spec, Target("class", ("a", "b")), {}, "", front=front)


@pytest.mark.parametrize(
    ("mean", "std", "lost"),
    [
        ((0.0, 0.0), (1.0, 1.0), False),
        ((0.0, 5.0), (1.0, 2.0), False),
        ((0.0, 2000.0), (1.0, 500.0), True),
        ((0.5, 0.5), (0.001, 1.0), True),
    ],
)
@pytest.mark.parametrize("kind", ["vector", "series"])
def test_features_of_different_scales_are_lost_in_int8(kind, mean, std, lost):
    shape = (2,) if kind == "vector" else (9, 2)
    spec = InputSpec(kind, shape, -10.0, 3000.0, mean=mean, std=std)
    assert bool(float_start(summary(spec))) is lost


def test_rows_of_a_table_are_mixed():
    spec = InputSpec("vector", (5,), -10.0, 10.0)
    assert float_start(summary(spec, {"part": "columns"}))
    assert float_start(summary(spec, {"part": "log_mel"}))
    assert not float_start(summary(spec, {"part": "resize"}))


def test_pictures_are_not():
    assert not float_start(summary(InputSpec("image", (8, 8, 3))))
