"""The sweep itself: it finds what is wrong, survives it, and can be repeated."""

from __future__ import annotations

import pytest

from automl.testing.sweep import Outcome, check_points, points_of

CASE = "vector 13"
SPACE = """
import os
from dataclasses import dataclass, field
import keras
from search_spaces.layers.ends import finish, start
from search_spaces.limits import Limit
from search_spaces.space import SearchSpace
from search_spaces.training.recipe import Recipe, choose_recipe

@dataclass(frozen=True)
class Fate:
    fate: str = "fine"
    recipe: Recipe = field(default_factory=Recipe)

class Killer(keras.initializers.Initializer):
    def __init__(self, spared=0):
        self.spared = spared

    def __call__(self, shape, dtype=None):
        if not self.spared:
            os.abort()
        self.spared -= 1
        return keras.ops.ones(shape, dtype)

    def get_config(self):
        return {}

LATE = Killer(2)  # The check "build" builds twice.

class FatalSpace(SearchSpace):
    name, summary = "fatal", "fails as it is told to"

    @classmethod
    def accepts(cls, signature):
        fits = signature.input.kind == "vector" and signature.target.kind == "classification"
        return None if fits else "it takes vectors and classifies"

    def decide(self, hp):
        fate = hp.Choice("fate", ["fine", "dies", "dies late", "drifts", "declared"])
        return Fate(fate, choose_recipe(hp, self.signature))

    def limits(self):
        return (Limit("tfjs", "so it says", "fate", ("declared",)),)

    def assemble(self, architecture):
        begin = start(self.signature.input)
        tensor = begin.tensor
        if architecture.fate == "dies":
            tensor = keras.layers.Dense(4, kernel_initializer=Killer())(tensor)
        if architecture.fate == "dies late":
            tensor = keras.layers.Dense(4, kernel_initializer=LATE, name="l")(tensor)
        if architecture.fate == "drifts":
            tensor = keras.layers.Dense(4)(tensor)  # Named by a counter of the process.
        outputs = finish(tensor, self.signature.target)
        return keras.Model(begin.inputs, outputs, name="fatal")
"""


@pytest.fixture
def name(tmp_path, monkeypatch) -> str:
    (tmp_path / "fatal_space.py").write_text(SPACE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return "fatal_space:FatalSpace"


def fated(points, fate):
    return next(point for point in points if point.values["fate"] == fate)


def test_failures_are_named_and_the_rest_goes_on(name, tmp_path):
    points = list(points_of(name, 40))
    chosen = [fated(points, fate) for fate in ("dies", "drifts", "declared", "fine")]
    heard: list[Outcome] = []
    outcomes = check_points(chosen, tmp_path, ("build", "tfjs"), tell=heard.append)
    dies, drifts, declared, fine = outcomes
    assert "SIGABRT" in dies.problems["build"]
    assert "SIGABRT" in dies.problems["tfjs"], "the next worker took the point over"
    assert list(drifts.problems) == ["build"]
    assert "differ" in drifts.problems["build"]
    assert drifts.passed == ["tfjs"]
    assert declared.declared == {"tfjs": "so it says"}
    assert declared.passed == ["build"]
    assert not fine.problems
    assert fine.errors["tfjs"] < 1e-4
    assert {each.point.seed for each in heard} == {point.seed for point in chosen}


def test_what_passed_before_a_death_is_kept(name, tmp_path):
    point = fated(points_of(name, 40), "dies late")
    (outcome,) = check_points([point], tmp_path, ("build", "gate"))
    assert outcome.passed == ["build"]
    assert outcome.seconds["build"] > 0
    assert outcome.parameters > 0
    assert list(outcome.problems) == ["gate"]


def test_points_are_the_same_each_time_and_repeated_alone(name):
    points = list(points_of(name, 6, seed=3))
    assert points == list(points_of(name, 6, seed=3))
    (alone,) = points_of(name, 1, seed=points[4].seed, kinds=[CASE])
    assert alone == points[4]
    assert f"--seed {alone.seed}" in alone.command


def test_shards_share_the_points_out(name):
    points = list(points_of(name, 7))
    parts = [list(points_of(name, 7, shard=(index, 3))) for index in (1, 2, 3)]
    assert sorted(p.seed for part in parts for p in part) == [p.seed for p in points]
    assert list(points_of(name, 5, kinds=["image 8x8x1"])) == []
