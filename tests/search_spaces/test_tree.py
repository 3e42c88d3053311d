"""Counting and describing a conditional space."""

from __future__ import annotations

import itertools
import json

import keras_tuner
import pytest

from search_spaces import SPACES
from search_spaces.testing import classification_of
from search_spaces.tree import space_tree


def test_size_counts_every_distinct_configuration():
    whole = SPACES.get("cnn")(classification_of("image 8x8x1"))
    kept = {"stages": [1, 2], "depth": [1, 2], "block": ["plain", "inverted"]}
    one_each = {each.name: [each.default] for each in whole.hyperparameters().space}
    choices = {
        name: kept.get(name.rpartition("/")[2], default) for name, default in one_each.items()
    }
    choices["optimizer"] = ["adam", "sgd"]
    choices["stage_2/inverted/expansion"] = [2, 3]
    space = SPACES.get("cnn")(whole.signature, choices)
    leaves = [each for each in space.hyperparameters().space if len(each.values) > 1]
    every = itertools.product(*[each.values for each in leaves])
    names = [each.name for each in leaves]
    unique = {json.dumps(space.canonical(dict(zip(names, each, strict=True)))) for each in every}
    assert space.size() == len(unique)


def test_describe_says_when_a_choice_matters():
    space = SPACES.get("cnn")(classification_of("image 8x8x1"))
    stages = next(node for node in space.describe()["choices"] if node["name"] == "stages")
    second = next(node for node in stages["children"] if node["name"] == "stage_2/block")
    assert second["when"] == [2]
    assert second["children"][0]["name"] == "stage_2/plain/kernel"


def test_a_name_under_two_conditions_is_refused():
    hp = keras_tuner.HyperParameters()
    hp.Choice("kind", ["a", "b"])
    for kind in ("a", "b"):
        with hp.conditional_scope("kind", [kind]):
            hp.Choice("rate", [1, 2])
    with pytest.raises(ValueError, match="declared once"):
        space_tree(hp)
