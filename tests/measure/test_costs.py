"""Every cost that can be an objective or a bound is measured at the gate."""

from __future__ import annotations

import math
from dataclasses import asdict

import pytest

from automl.config import Constraints
from automl.config_parsing import make_config
from automl.execution.jobs import run_job
from automl.selection import objective_value
from automl.tasks.metrics import COSTS
from automl.tuning.constraints import BOUNDS, broken
from automl.types import Measures, Trial, TrialState


def gate(context, space, values, **bounds):
    args = {
        "space": space,
        "values": values,
        "format": "tflite",
        "recipes": ["int8", "float32"],
        "constraints": asdict(Constraints(**bounds)),
        "task": "classification",
    }
    return Measures(**run_job("gate", args, context))


@pytest.fixture(scope="module")
def measures(context, digits_space, small_values):
    return gate(context, digits_space, small_values)


def test_every_cost_is_an_objective(measures):
    trial = Trial(0, {}, {}, "random", TrialState.COMPLETED, measures)
    for name in COSTS:
        assert -math.inf < objective_value(trial, name) < 0, name
        assert make_config("digits", {"objective": ("val_accuracy", name)}).objective[1] == name


def test_the_arena_holds_at_least_the_input_and_what_comes_of_it(measures):
    # 8 x 8 pixels in float32, and 8 channels of them in int8.
    assert 8 * 8 * 4 + 8 * 8 * 8 <= measures.ram < 100_000


@pytest.mark.parametrize("name", list(BOUNDS))
def test_every_cost_is_a_bound(name, measures, context, digits_space, small_values):
    measure, _ = BOUNDS[name]
    value = getattr(measures, measure)
    assert not broken(Constraints(**{name: math.ceil(value)}), measures)
    # Half of it, so that a latency measured anew is over it, too.
    tight = {name: value / 2}
    found = gate(context, digits_space, small_values, **tight)
    assert f"> --{name.replace('_', '-')} " in broken(Constraints(**tight), found)


@pytest.mark.parametrize(
    ("option", "word", "value"),
    [("max_ram", "64kB", 64_000), ("max_gzip_size", "9 kB", 9_000), ("max_size", 10, 10)],
)
def test_bounds_are_read_in_the_users_words(option, word, value):
    assert getattr(make_config("digits", {option: word}).constraints, option) == value
