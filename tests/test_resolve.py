"""What is searched and written: targets shape the space, defaults exclude nothing asked for."""

from __future__ import annotations

import pytest

from automl.config_parsing import make_config
from automl.errors import UnsuitableSpaceError, UserInputError
from automl.resolve import find_epochs, plan_space, supported, targets_of
from search_spaces import SPACES, InputSpec, Signature, TargetSpec
from search_spaces.limits import Limit
from search_spaces.spaces.cnn import CnnSpace

DIGITS = Signature(InputSpec("image", (8, 8, 1)), TargetSpec("classification", 10))


class NoWeb(CnnSpace):
    """A space that cannot be shipped as TF.js at all."""

    name = "no_web"

    def limits(self):
        return (Limit("tfjs", "no kernel for it"),)


class Partly(CnnSpace):
    """A space some of whose options cannot be shipped."""

    name = "partly"

    def limits(self):
        return (
            Limit("tfjs", "slow there", "activation", ("gelu",)),
            Limit("int8", "it crashes", "pooling", ("max",)),
        )


def planned(**options):
    return plan_space(make_config("digits", options), DIGITS)


@pytest.mark.parametrize(
    ("options", "targets"),
    [
        ({}, ("tflite", "tfjs")),
        ({"export": "tflite"}, ("tflite",)),
        ({"export": "tfjs"}, ("tfjs",)),
        ({"compress": "int8"}, ("tflite", "tfjs", "int8")),
        ({"compress": ["int8", "float16"]}, ("tflite", "tfjs")),
        ({"compress": "int8", "export": "tfjs"}, ("tfjs",)),
        ({"compress": "none"}, ("tflite", "tfjs")),
    ],
)
def test_targets_are_what_the_files_must_be(options, targets):
    assert targets_of(make_config("digits", options)) == targets


def test_options_that_cannot_ship_are_left_out():
    plan = planned(space=f"{__name__}:Partly")
    assert plan.formats == ("tflite", "tfjs")
    (left,) = plan.space.left_out
    assert (left.name, left.option, left.target) == ("activation", "gelu", "tfjs")


def test_a_space_asked_for_is_worth_more_than_a_format_nobody_asked_for():
    plan = planned(space=f"{__name__}:NoWeb")
    assert (plan.formats, plan.targets) == (("tflite",), ("tflite",))
    assert "no kernel for it" in plan.notes[0]


def test_so_is_a_space_among_several():
    plan = planned(space=["cnn", f"{__name__}:NoWeb"])
    assert plan.formats == ("tflite",)
    assert "space=NoWeb cannot be shipped as tfjs" in plan.notes[0]


def test_so_is_an_option():
    plan = planned(space=f"{__name__}:Partly", freeze={"activation": "gelu"})
    assert plan.formats == ("tflite",)
    assert "slow there" in plan.notes[0]


def test_a_format_asked_for_excludes_what_cannot_ship_there():
    with pytest.raises(UnsuitableSpaceError, match="no kernel for it"):
        planned(space=f"{__name__}:NoWeb", export=["tflite", "tfjs"])
    with pytest.raises(UserInputError, match="left no option"):
        planned(space=f"{__name__}:Partly", freeze={"activation": "gelu"}, export="tfjs")
    both = planned(space=["cnn", f"{__name__}:NoWeb"], export=["tflite", "tfjs"])
    assert both.space.hyperparameters().get("space") == "cnn"


def test_a_recipe_that_was_not_named_is_skipped_where_it_cannot_be():
    plan = planned(space=f"{__name__}:Partly")
    assert plan.skipped == ("int8 is not tried for pooling=max: it crashes.",)
    values = plan.space.sample(0)
    for pooling, kept in (("max", ("float16",)), ("average", ("int8", "float16"))):
        unsupported = plan.space.unsupported(values | {"pooling": pooling})
        assert supported(("int8", "float16"), unsupported) == kept


def test_a_recipe_alone_shapes_the_space():
    plan = planned(space=f"{__name__}:Partly", compress="int8")
    assert {left.name for left in plan.space.left_out} == {"activation", "pooling"}
    assert plan.notes == plan.skipped == ()


def test_a_wrong_choice_is_not_taken_for_a_format_that_does_not_fit():
    with pytest.raises(UserInputError, match="Unknown choice 'poolin'"):
        planned(space="cnn", freeze={"poolin": "max"})


def test_auto_is_what_suits_the_data():
    plan = planned()
    assert len(plan.entries) >= 1
    assert all(SPACES.get(name).accepts(DIGITS) is None for name in plan.entries)


def test_a_space_that_does_not_fit_the_data_is_named():
    with pytest.raises(UnsuitableSpaceError, match="does not fit this data"):
        planned(space=["cnn", "rnn"])


def test_integers_begin_behind_what_they_would_lose():
    reason = "one scale for all columns would lose most"
    plan = plan_space(make_config("digits", {"compress": "int8"}), DIGITS, reason)
    assert plan.notes == (f"As int8, the first layers stay in float32: {reason}.",)
    assert not plan_space(make_config("digits", {"compress": "float16"}), DIGITS, reason).notes


@pytest.mark.parametrize(
    ("examples", "epochs"), [(8_000, 30), (1_151, 30), (282, 112), (216, 143), (32, 150), (3, 150)]
)
def test_small_data_gets_more_epochs(examples, epochs):
    assert find_epochs(None, examples) == epochs
    assert find_epochs(7, examples) == 7
