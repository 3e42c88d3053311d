"""Which bound a candidate breaks."""

from __future__ import annotations

from dataclasses import fields

import pytest

from automl.config import Constraints
from automl.tuning.constraints import BOUNDS, broken, excess
from automl.types import Measures

MEASURES = Measures(
    params=100, flops=2_000, size=12_000, gzip_size=9_000, latency_ms=3.0, recipe="int8", ram=4_000
)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({}, ""),
        ({"max_size": 12_000}, ""),
        ({"max_size": 11_999}, "size 12.0 kB > --max-size 12.0 kB"),
        ({"max_size": 5_000}, "size 12.0 kB > --max-size 5.0 kB"),
        ({"max_latency": 2.5}, "latency 3.0 ms > --max-latency 2.5 ms"),
        ({"max_flops": 1_000}, "flops 2.0k > --max-flops 1.0k"),
        ({"max_params": 99}, "params 100 > --max-params 99"),
        ({"max_gzip_size": 8_000}, "gzip size 9.0 kB > --max-gzip-size 8.0 kB"),
        ({"max_ram": 2_000}, "ram 4.0 kB > --max-ram 2.0 kB"),
        (
            {"max_params": 1, "max_size": 1_000, "max_flops": 3_000},
            "size 12.0 kB > --max-size 1.0 kB; params 100 > --max-params 1",
        ),
    ],
)
def test_every_broken_bound_is_said(bounds, words):
    assert broken(Constraints(**bounds), MEASURES) == words


def test_what_was_not_measured_breaks_nothing():
    unknown = Measures(100, None, None, None, None, "int8")
    assert not broken(Constraints(max_size=1, max_latency=0.1, max_flops=1), unknown)


def test_every_constraint_is_checked():
    assert set(BOUNDS) == {field.name for field in fields(Constraints)}
    for name in BOUNDS:
        assert broken(Constraints(**{name: 1}), MEASURES), name


@pytest.mark.parametrize(
    ("bounds", "ratio"),
    [
        ({}, 0),
        ({"max_size": 24_000}, 0.5),
        ({"max_size": 6_000}, 2),
        ({"max_size": 6_000, "max_params": 10}, 10),
    ],
)
def test_the_excess_is_that_of_the_worst_bound(bounds, ratio):
    assert excess(Constraints(**bounds), MEASURES) == pytest.approx(ratio)
