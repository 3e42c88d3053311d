"""Rows of numbers stand for configurations, and are varied into legal ones."""

from __future__ import annotations

import keras_tuner
import numpy as np
import pytest

from automl.testing.oracles import active, conditional_space
from automl.tuning.oracles.encoding import Encoding
from automl.tuning.oracles.kernel import Geometry


def legal(space, values):
    options = {each.name: list(each.values) for each in space.space}
    return values == active(space, values) and all(
        value in options[name] for name, value in values.items()
    )


def test_what_is_encoded_is_decoded():
    space = conditional_space()
    encoding = Encoding(space)
    rows = encoding.random(50, np.random.default_rng(0))
    values = [encoding.decode(row) for row in rows]
    assert all(legal(space, each) for each in values)
    assert np.array_equal(encoding.encode(values), rows, equal_nan=True)
    assert {each["kind"] for each in values} == {"deep", "wide"}


@pytest.mark.parametrize("changes", [1, 2, 5])
def test_a_mutant_is_legal_and_another(changes):
    space = conditional_space()
    encoding, rng = Encoding(space), np.random.default_rng(1)
    parents = encoding.random(100, rng)
    children = encoding.mutate(parents, np.full(100, changes), rng)
    for parent, child in zip(parents, children, strict=True):
        assert legal(space, encoding.decode(child))
        assert not np.array_equal(parent, child, equal_nan=True)
    if changes == 1:
        same_kind = parents[:, 0] == children[:, 0]
        differ = (parents != children) & ~(np.isnan(parents) & np.isnan(children))
        assert (differ[same_kind].sum(axis=1) == 1).all()


def test_a_child_of_two_has_what_its_parents_had():
    space = conditional_space()
    encoding, rng = Encoding(space), np.random.default_rng(2)
    first, second = encoding.random(60, rng), encoding.random(60, rng)
    children = encoding.cross(first, second, rng)
    for one, other, child in zip(first, second, children, strict=True):
        assert legal(space, encoding.decode(child))
        inherited = (child == one) | (child == other) | np.isnan(child)
        assert inherited.all()


def test_categories_are_all_alike_and_numbers_are_not():
    space = keras_tuner.HyperParameters()
    space.Choice("kind", ["a", "b", "c"])
    space.Choice("width", [8, 16, 32, 64])
    view = Geometry(Encoding(space)).views(np.array([[0, 0], [1, 0], [2, 0], [0, 1], [0, 3.0]]))[0]
    kind, width = view.distances()
    assert kind[0, 1] == pytest.approx(1) and kind[0, 2] == pytest.approx(1)
    assert 0 < width[0, 3] < width[0, 4] == pytest.approx(1)


def test_roles_are_counted_wherever_they_stand():
    space = keras_tuner.HyperParameters()
    for number in range(3):
        space.Choice(f"edge_{number}/operation", ["none", "conv", "pool"])
    views = Geometry(Encoding(space)).views(np.array([[0, 1, 2], [2, 0, 1], [1, 1, 1.0]]))
    counts = views[1].distances().sum(axis=0)
    assert counts[0, 1] == pytest.approx(0)
    assert counts[0, 2] > 0
