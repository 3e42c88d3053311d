"""Recipes as data that check themselves. What every recipe must keep is in tests/contracts."""

from __future__ import annotations

import pytest

from automl.compression.recipe import Recipe, Tolerance, step_from
from automl.compression.recipes import DYNAMIC_INT8, FLOAT16, FLOAT32, INT8
from automl.compression.steps.pack import Pack
from automl.compression.steps.quantize import Quantize
from automl.errors import UserInputError


@pytest.mark.parametrize(
    "values",
    [
        {"weights": "int3"},
        {"activations": "float16"},
        {"weights": "float32", "activations": "int8", "calibration_samples": 9},
        {"activations": "int8", "calibration_samples": 0},
        {"activations": "float32", "io": "int8"},
        {"activations": "float32", "float_share": 0.1},
        {"weights": "float16", "weight_only": True},
        {"calibration": "mean"},
        {"percentile": 30.0},
    ],
)
def test_quantization_that_makes_no_sense_is_refused_at_birth(values):
    with pytest.raises(UserInputError, match="Received"):
        Quantize(**values)


@pytest.mark.parametrize("values", [(0.0, 0.9), (-1.0, 0.9), (0.1, 1.1), (0.1, -0.1)])
def test_a_tolerance_that_makes_no_sense_is_refused_at_birth(values):
    with pytest.raises(UserInputError, match="Received"):
        Tolerance(*values)


@pytest.mark.parametrize(
    "steps", [(Pack(), Quantize()), (Quantize(), Quantize()), (Pack(), Pack())]
)
def test_steps_stand_in_the_order_in_which_they_are_done(steps):
    with pytest.raises(UserInputError, match="then one quantize, then one pack"):
        Recipe("mine", "", steps)


@pytest.mark.parametrize("name", ["", "Mine", "a b", "../x", "1st"])
def test_a_name_can_be_typed_and_be_a_folder(name):
    with pytest.raises(UserInputError, match="name"):
        Recipe(name, "")


def test_less_compression_is_held_to_more():
    allowed = [r.tolerance.max_abs_diff for r in (FLOAT32, FLOAT16, DYNAMIC_INT8, INT8)]
    assert allowed == sorted(allowed)
    assert FLOAT32.tolerance.max_abs_diff <= 1e-4


def test_what_a_recipe_stores_is_read_off_its_steps():
    assert (INT8.weights, INT8.activations, INT8.calibration_samples) == ("int8", "int8", 256)
    assert (FLOAT32.weights, FLOAT32.activations, FLOAT32.calibration_samples) == (
        *("float32", "float32"),
        0,
    )
    assert INT8.packs
    assert not Recipe("mine", "", ()).packs


def test_a_measurement_calibrates_less_and_changes_nothing_else():
    short = INT8.with_calibration(2)
    assert short.calibration_samples == 2
    assert short.with_calibration(256) == short
    assert FLOAT16.with_calibration(2) == FLOAT16


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"step": "prun"}, "Unknown compression step 'prun'"),
        ({"step": "pack", "level": 9}, "has no level"),
        ({"weights": "int8"}, "a table with a name"),
        ({"step": "quantize", "weights": "int5"}, "weights is one of"),
    ],
)
def test_a_step_that_is_not_known_is_refused(record, message):
    with pytest.raises(UserInputError, match=message):
        step_from(record)
