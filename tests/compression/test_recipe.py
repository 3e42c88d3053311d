"""Recipes as data that check themselves. What every recipe must keep is in tests/contracts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from automl.compression.recipe import Recipe, Tolerance
from automl.compression.recipes import FLOAT32, INT8


@pytest.mark.parametrize(
    "changes",
    [
        {"weights": "int4"},
        {"activations": "float16"},
        {"weights": "float32", "activations": "int8"},
        {"calibration_samples": 0},
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused_at_birth(changes):
    with pytest.raises(ValueError, match="Received"):
        replace(INT8, **changes)


@pytest.mark.parametrize("values", [(0.0, 0.9), (-1.0, 0.9), (0.1, 1.1), (0.1, -0.1)])
def test_a_tolerance_that_makes_no_sense_is_refused_at_birth(values):
    with pytest.raises(ValueError, match="Received"):
        Tolerance(*values)


def test_less_compression_is_held_to_more():
    from automl.compression.recipes import DYNAMIC_INT8, FLOAT16

    allowed = [r.tolerance.max_abs_diff for r in (FLOAT32, FLOAT16, DYNAMIC_INT8, INT8)]
    assert allowed == sorted(allowed)
    assert FLOAT32.tolerance.max_abs_diff <= 1e-4


def test_a_recipe_of_ones_own_needs_no_more_than_data():
    mine = Recipe("mine", "as int8, held to more", "int8", "int8", 64, Tolerance(0.1, 0.99))
    assert mine.name == "mine"
