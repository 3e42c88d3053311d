"""Mutation and crossover, on a small space whose every child can be foreseen."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import keras_tuner
import pytest

from search_spaces import SPACES, UserInputError
from search_spaces.making import make_space
from search_spaces.space import SearchSpace
from search_spaces.testing import cases_of, classification_of
from search_spaces.training.recipe import Recipe
from search_spaces.variation import crossed_values, crossover, mutate, mutated_values


@dataclass(frozen=True)
class Small:
    values: tuple[tuple[str, object], ...]
    recipe: Recipe = field(default_factory=Recipe)


class SmallSpace(SearchSpace):
    name, summary = "small", "a condition, a scope and a constant"

    @classmethod
    def accepts(cls, signature):
        return None

    def decide(self, hp):
        values = {"kind": hp.Choice("kind", ["a", "b"])}
        with hp.conditional_scope("kind", ["b"]), hp.name_scope("b"):
            values["b"] = hp.Choice("size", [1, 2, 3]), hp.Choice("shape", ["x", "y"])
        values["shared"] = hp.Choice("shared", [10, 20, 30])
        hp.Choice("constant", [0])
        return Small(tuple(values.items()))

    def assemble(self, architecture):
        raise NotImplementedError


@pytest.fixture
def space():
    return SmallSpace(classification_of("vector 13"))


A = {"kind": "a", "shared": 10, "constant": 0}
B = {"kind": "b", "b/size": 2, "b/shape": "y", "shared": 30, "constant": 0}


def changes(parent, child):
    return {name for name in {*parent, *child} if parent.get(name) != child.get(name)}


def test_a_mutant_changes_one_gene_and_what_hangs_on_it(space):
    seen = set()
    for seed in range(100):
        child = mutate(space, B, random.Random(seed))
        changed = changes(B, child)
        assert changed in (
            {"b/size"},
            {"b/shape"},
            {"shared"},
            {"kind", "b/size", "b/shape"},
        ), child
        seen |= changed
    assert seen == {"b/size", "b/shape", "shared", "kind"}


def test_what_becomes_active_is_drawn(space):
    children = [mutate(space, A, random.Random(seed)) for seed in range(100)]
    drawn = {child["b/size"] for child in children if child["kind"] == "b"}
    assert drawn == {1, 2, 3}
    assert all("b/size" not in child for child in children if child["kind"] == "a")


def test_a_child_of_two_takes_scopes_whole(space):
    other = B | {"b/size": 3, "b/shape": "x", "shared": 20}
    children = [crossover(space, B, other, random.Random(seed)) for seed in range(50)]
    assert {(child["b/size"], child["b/shape"]) for child in children} == {(2, "y"), (3, "x")}
    assert {child["shared"] for child in children} == {20, 30}
    assert len({repr(child) for child in children}) == 4


def test_what_only_one_parent_has_comes_from_it(space):
    children = [crossover(space, A, B, random.Random(seed)) for seed in range(50)]
    for child in children:
        if child["kind"] == "b":
            assert (child["b/size"], child["b/shape"]) == (2, "y")
        assert child["shared"] in (10, 30)
    assert {child["kind"] for child in children} == {"a", "b"}


def test_the_same_seed_gives_the_same_child(space):
    assert mutate(space, B, random.Random(5)) == mutate(space, B, random.Random(5))
    assert crossover(space, A, B, random.Random(5)) == crossover(space, A, B, random.Random(5))


def test_a_narrowed_space_is_kept(space):
    narrowed = SmallSpace(space.signature, choices={"shared": [10, 20], "size": [1]})
    parent = {"kind": "b", "b/size": 1, "b/shape": "y", "shared": 20, "constant": 0}
    for seed in range(50):
        child = mutate(narrowed, parent, random.Random(seed))
        assert child["shared"] in (10, 20)
        assert child.get("b/size", 1) == 1


def test_parents_of_another_space_are_refused(space):
    with pytest.raises(UserInputError):
        mutate(space, {"unknown": 1}, random.Random(0))
    with pytest.raises(UserInputError):
        crossover(space, A, {"kind": "c"}, random.Random(0))


def test_hyperparameters_of_anybody_vary_too():
    hp = keras_tuner.HyperParameters()
    hp.Int("units", 8, 64, step=8)
    hp.Float("rate", 0.0, 1.0)
    hp.Boolean("wide")
    parent = {"units": 16, "rate": 0.25, "wide": True}
    for seed in range(30):
        child = mutated_values(hp, parent, random.Random(seed))
        assert len(changes(parent, child)) == 1
        assert child["units"] in range(8, 65, 8)
        assert 0 <= child["rate"] <= 1
    other = {"units": 64, "rate": 0.55, "wide": False}
    child = crossed_values(hp, (parent, other), random.Random(0))
    assert all(child[name] in (parent[name], other[name]) for name in parent)


@pytest.mark.parametrize("name", SPACES.names())
def test_generations_stay_legal(name):
    """Ten generations of a registered space, without a repair in between."""
    case = cases_of(SPACES.get(name))[0]
    space, rng = make_space([name], case.signature), random.Random(1)
    first, second = space.sample(1), space.sample(2)
    for _ in range(10):
        first, second = mutate(space, crossover(space, first, second, rng), rng), first
        assert space.canonical(first) == first
        assert space.architecture(first).recipe
