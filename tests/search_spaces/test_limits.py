"""Targets leave out what they cannot hold, and say so."""

from __future__ import annotations

import dataclasses

import pytest

from search_spaces import SPACES, UnsuitableSpaceError, UserInputError
from search_spaces.limits import Limit
from search_spaces.spaces.union import UnionSpace
from search_spaces.testing import classification_of

SIGNATURE = classification_of("image 8x8x1")
CnnSpace = SPACES.get("cnn")


class Limited(CnnSpace):
    """A space some of whose options do not ship."""

    name = "limited"

    def limits(self):
        return (
            Limit("int8", "it drifts", "activation", ("elu", "gelu")),
            Limit("tfjs", "too deep", "stages", (2,)),
        )


class Unshippable(CnnSpace):
    """A space that one target cannot hold at all."""

    name = "unshippable"

    def limits(self):
        return (Limit("int8", "loops crash"),)


def test_without_targets_everything_stays():
    space = Limited(SIGNATURE)
    assert space.left_out == ()
    assert space.size() == CnnSpace(SIGNATURE).size()


def test_a_target_leaves_options_out():
    space = Limited(SIGNATURE, targets=["int8"])
    assert {(out.name, out.option) for out in space.left_out} == {
        ("activation", "elu"),
        ("activation", "gelu"),
    }
    assert all(out.reason == "it drifts" for out in space.left_out)
    seen = {space.sample(seed)["activation"] for seed in range(60)}
    assert not seen & {"elu", "gelu"}
    assert len(seen) > 3


def test_targets_and_choices_add_up():
    choices = {"activation": ["relu", "elu"]}
    space = Limited(SIGNATURE, choices, targets=["int8", "tfjs"])
    assert {space.sample(seed)["activation"] for seed in range(20)} == {"relu"}
    assert {space.sample(seed)["stages"] for seed in range(20)} == {1}


def test_nothing_left_is_an_error_with_the_reason():
    with pytest.raises(UserInputError, match="int8, because it drifts"):
        Limited(SIGNATURE, {"activation": ["elu"]}, targets=["int8"])
    with pytest.raises(UnsuitableSpaceError, match="int8: loops crash"):
        Unshippable(SIGNATURE, targets=["int8"])


def test_a_configuration_knows_where_it_cannot_ship():
    space = Limited(SIGNATURE)
    assert space.unsupported({"activation": "elu"})["int8"] == "it drifts"
    assert "int8" not in space.unsupported({"activation": "relu", "stages": 2})
    assert "tfjs" in space.unsupported({"activation": "relu", "stages": 2})
    assert Unshippable(SIGNATURE).unsupported({}) == {"int8": "loops crash"}


def test_a_union_leaves_out_the_member():
    members = {"cnn": CnnSpace(SIGNATURE), "unshippable": Unshippable(SIGNATURE)}
    union = UnionSpace(SIGNATURE, members, targets=["int8"])
    assert {union.sample(seed)["space"] for seed in range(10)} == {"cnn"}
    assert {guess["space"] for guess in union.first_guesses()} == {"cnn"}
    assert ("space", "unshippable") in {(out.name, out.option) for out in union.left_out}


def test_unknown_targets_are_refused():
    with pytest.raises(UserInputError, match="Did you mean 'tfjs'"):
        CnnSpace(SIGNATURE, targets=["tfj"])


@pytest.mark.parametrize("limit", [{"target": "gpu"}, {"name": "kernel"}, {"options": (1,)}])
def test_a_limit_checks_itself(limit):
    with pytest.raises(ValueError, match="Received"):
        dataclasses.replace(Limit("int8", "why"), **limit)
