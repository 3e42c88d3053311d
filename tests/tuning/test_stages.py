"""On what share of the data each epoch trains."""

from __future__ import annotations

import pytest

from automl.errors import UserInputError
from automl.tuning.stages import (
    LARGE,
    LEAST_EXAMPLES,
    Stages,
    parts_of,
    plan_stages,
    read_subset,
    told,
    work_of,
)

RUNGS = (3, 10, 30)
PLAN = Stages(RUNGS, (0.25, 0.5, 1.0))


@pytest.mark.parametrize(
    ("given", "read"),
    [("auto", "auto"), ("OFF", "off"), ("0.25", 0.25), ("25%", 0.25), (0.5, 0.5)],
)
def test_a_subset_is_auto_off_or_a_share(given, read):
    assert read_subset(given) == read


@pytest.mark.parametrize("given", ["half", "0", "1", "-0.1", "150%", "nan", ""])
def test_anything_else_is_none(given):
    with pytest.raises(UserInputError, match="--subset is auto, off or a share"):
        read_subset(given)


@pytest.mark.parametrize(
    ("first", "until", "parts"),
    [
        (0, 3, [(0, 3, 0.25)]),
        (0, 30, [(0, 3, 0.25), (3, 10, 0.5), (10, 30, 1.0)]),
        (3, 10, [(3, 10, 0.5)]),
        (5, 12, [(5, 10, 0.5), (10, 12, 1.0)]),
        (7, 7, []),
    ],
)
def test_what_an_epoch_trains_on_depends_on_its_number_alone(first, until, parts):
    assert PLAN.parts(first, until) == parts
    assert Stages.of(PLAN.to_dict()) == PLAN


def test_without_a_plan_everything_is_one_part():
    assert parts_of(None, 2, 9) == [(2, 9, 1.0)]
    assert parts_of(None, 9, 9) == []
    assert (work_of(None, 2, 9), work_of(PLAN, 0, 30)) == (7, 3 * 0.25 + 7 * 0.5 + 20)
    assert Stages.of(None) is None


@pytest.mark.parametrize(
    ("epochs", "shares"),
    [((3, 9), (0.5,)), ((3, 9), (0.5, 0.9)), ((9, 3), (0.5, 1.0)), ((3, 9), (0.0, 1.0)), ((), ())],
)
def test_a_plan_that_does_not_end_with_everything_is_none(epochs, shares):
    with pytest.raises(UserInputError, match="Stages have rising epochs"):
        Stages(epochs, shares)


def plan(subset, examples, numbers=784, rungs=RUNGS, classes=10):
    return plan_stages(rungs, subset, examples, numbers, classes, seed=0)


def test_a_share_grows_from_rung_to_rung_to_everything():
    assert plan(0.25, 1000) == PLAN
    assert plan(0.1, 1000, rungs=(3, 9)).shares == (0.1, 1.0)


def test_auto_takes_a_part_of_large_data_only():
    assert plan("auto", 1_000) is None
    assert plan("auto", LARGE // 784) is None
    large = plan("auto", 200_000)
    assert large.shares[0] * 200_000 * 784 == pytest.approx(LARGE, rel=1e-3)
    assert large.shares[-1] == 1.0
    assert plan("off", 200_000) is None
    assert plan("auto", 200_000, rungs=(30,)) is None


def test_auto_leaves_enough_examples_of_every_class():
    pictures = 224 * 224 * 3
    assert plan("auto", 100_000, pictures).shares[0] * 100_000 == LEAST_EXAMPLES
    assert plan("auto", 100_000, pictures, classes=100).shares[0] * 100_000 == 10_000
    assert plan("auto", 6_000, pictures) is None, "a part of few examples saves next to nothing"


def test_a_share_needs_a_rung_to_train_on_it():
    with pytest.raises(UserInputError, match="--subset needs trials that are paused"):
        plan(0.5, 1000, rungs=(30,))


def test_the_plan_is_told_in_words():
    assert told(PLAN, 8_000) == (
        "Trials train on a part of the 8,000 examples at first: 2,000 to epoch 3, 4,000 to epoch"
        " 10, then on all."
    )
