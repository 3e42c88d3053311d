"""Narrowing a space by name."""

from __future__ import annotations

import keras_tuner
import pytest

from search_spaces import SPACES, UserInputError
from search_spaces.narrowing import NarrowedHyperParameters, checked_choices
from search_spaces.testing import classification_of

DIGITS = classification_of("image 8x8x1")
KNOWN = {"block": ["plain", "separable"], "a/rate": [0.1, 0.01], "rate": [1.0, 0.1]}


def cnn(**choices):
    return SPACES.get("cnn")(DIGITS, choices=choices)


def test_text_is_read_as_the_option_it_spells():
    assert checked_choices({"a/rate": "1e-2"}, KNOWN) == {"a/rate": [0.01]}
    assert checked_choices({"block": [" Plain "]}, KNOWN) == {"block": ["plain"]}


def test_a_full_name_speaks_for_itself_only():
    assert checked_choices({"rate": [0.1]}, KNOWN) == {"rate": [0.1]}


def test_a_last_part_speaks_for_every_scope():
    known = {"a/rate": [0.1, 0.01], "b/rate": [0.1]}
    assert checked_choices({"rate": [0.1]}, known) == {"a/rate": [0.1], "b/rate": [0.1]}


def test_a_full_name_wins_over_a_last_part():
    known = {"a/rate": [0.1, 0.01], "b/rate": [0.1, 0.01]}
    for asked in ({"b/rate": [0.01], "rate": [0.1]}, {"rate": [0.1], "b/rate": [0.01]}):
        assert checked_choices(asked, known) == {"a/rate": [0.1], "b/rate": [0.01]}


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"blok": "plain"}, "Unknown choice 'blok'. Did you mean 'block'"),
        ({"block": "seperable"}, "Unknown option 'seperable' of 'block'. Did you mean 'separable'"),
        ({"block": []}, "must name an option"),
        ({"width": [8]}, "stage_2/width"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(choices, words):
    with pytest.raises(UserInputError, match=words) as caught:
        cnn(**choices)
    assert "\n" not in str(caught.value)


def test_branches_that_cannot_be_reached_are_not_declared():
    names = [each.name for each in cnn(stages=[1], block="separable").hyperparameters().space]
    assert "stage_1/separable/kernel" in names
    assert not [name for name in names if "stage_2" in name or "plain" in name]


def test_a_value_missing_only_where_it_is_never_needed_is_fine():
    assert cnn(width=[8], stages=[1]).sample(0)["stage_1/width"] == 8


def test_values_of_the_full_space_are_understood_when_inactive():
    full = cnn()
    values = {each.name: each.default for each in full.hyperparameters().space}
    narrow = cnn(stages=[1], block=["plain"])
    assert narrow.canonical(values) == full.canonical(values | {"stages": 1})


def test_a_guess_takes_what_is_left():
    for guess in cnn(stages=[2], block=["separable"], activation=["elu"]).first_guesses():
        assert guess["stages"] == 2
        assert guess["stage_2/block"] == "separable"
        assert guess["activation"] == "elu"


def test_an_inactive_branch_reads_as_its_defaults():
    hp = keras_tuner.HyperParameters()
    view = NarrowedHyperParameters(hp)
    view.Choice("kind", ["a", "b"])
    with view.conditional_scope("kind", ["b"]), view.name_scope("b"):
        assert view.Int("depth", 1, 3, default=2) == 2
        assert view.Boolean("biased") is False
    assert [each.name for each in hp.space] == ["kind", "b/depth", "b/biased"]
    assert hp.values == {"kind": "a"}
