"""How many epochs a rung has."""

from __future__ import annotations

import pytest

from automl.config_parsing import make_config
from automl.errors import UserInputError
from automl.resolve import find_rungs
from automl.tuning.rungs import plan_rungs, read_rungs


@pytest.mark.parametrize(
    ("epochs", "rungs", "reduction", "levels"),
    [
        (30, "auto", 3, (3, 10, 30)),
        (81, "auto", 3, (9, 27, 81)),
        (27, "auto", 3, (3, 9, 27)),
        (20, "auto", 3, (7, 20)),
        (8, "auto", 3, (3, 8)),
        (5, "auto", 3, (5,)),
        (30, "off", 3, (30,)),
        (30, 1, 3, (30,)),
        (30, 2, 3, (10, 30)),
        (16, 5, 2, (1, 2, 4, 8, 16)),
        (9, 3, 3, (1, 3, 9)),
        (2, 4, 3, (1, 2)),
        (1, 4, 3, (1,)),
    ],
)
def test_each_rung_has_so_many_times_the_epochs_of_the_one_before(epochs, rungs, reduction, levels):
    assert plan_rungs(epochs, rungs, reduction) == levels


def test_words_and_numbers_are_read():
    assert [read_rungs(each) for each in ("auto", " OFF ", "3", 2)] == ["auto", "off", 3, 2]


@pytest.mark.parametrize("value", ["on", "0", -1, "2.5", ""])
def test_what_is_neither_is_refused(value):
    with pytest.raises(UserInputError, match="--rungs is auto, off or a whole number from 1"):
        read_rungs(value)


def found(epochs, examples, *, pausable=True, **options):
    config = make_config("digits", {"trials": 4, **options})
    return find_rungs(config, epochs, examples, pausable=pausable)


def test_trials_are_trained_in_rungs_where_training_is_what_takes_the_time():
    assert found(30, 1_000) == [30], "a thousand steps are over before a rung is worth it"
    assert found(30, 8_000) == [3, 10, 30]
    assert found(30, 8_000, rungs="off") == [30]
    assert found(30, 1_000, rungs=2) == [10, 30]
    assert found(32, 8_000, rungs="auto", reduction=4) == [8, 32]


@pytest.mark.parametrize("oracle", ["asha", "hyperband"])
def test_strategies_that_are_made_of_rungs_have_them(oracle):
    assert found(30, 100, oracle=oracle) == [3, 10, 30]
    with pytest.raises(UserInputError, match=f"--oracle {oracle} trains in rungs"):
        found(30, 100, oracle=oracle, rungs="off")


@pytest.mark.parametrize("oracle", ["random", "evolution", "bayesian"])
def test_other_strategies_have_them_if_asked(oracle):
    assert found(30, 50_000, oracle=oracle) == [30]
    assert found(30, 50_000, oracle=oracle, rungs=3) == [3, 10, 30]


def test_what_cannot_be_paused_has_none():
    assert found(30, 50_000, pausable=False) == [30]
    for options in ({"rungs": 3}, {"oracle": "asha"}):
        with pytest.raises(UserInputError, match="--rungs needs a training that can be paused"):
            found(30, 50_000, pausable=False, **options)


def test_the_words_of_the_command_line_are_checked_at_once():
    assert make_config("digits", {"rungs": "3"}).rungs == 3
    assert make_config("digits", {"rungs": "off"}).rungs == "off"
    with pytest.raises(UserInputError, match="--reduction must be a whole number from 2"):
        make_config("digits", {"reduction": 1})
    with pytest.raises(UserInputError, match="--rungs is auto, off or"):
        make_config("digits", {"rungs": "often"})
