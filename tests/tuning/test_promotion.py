"""Who goes on, decided from what was told alone."""

from __future__ import annotations

import random

import pytest

from automl.tuning.promotion import Ladder

EPOCHS = (1, 3, 9)


def ladder(**options):
    return Ladder(EPOCHS, 3, **options)


def put(climbing, number, *scores):
    """Makes a trial paused on as many rungs as it has scores."""
    climbing.begin(number)
    climbing.pause(number, dict(enumerate(scores)))


def test_one_of_three_goes_on_and_the_best_of_them():
    climbing = ladder()
    for number, score in enumerate((0.5, 0.9)):
        put(climbing, number, score)
        assert climbing.next() is None, "two have no third to be the best of"
    put(climbing, 2, 0.1)
    assert climbing.next() == 1
    climbing.begin(1)
    assert climbing.next() is None


def test_a_late_one_that_is_better_goes_on_although_the_share_is_used_up():
    """As in the paper: the best third of a rung goes on, whenever a trial gets there."""
    climbing = ladder()
    for number, score in enumerate((0.5, 0.4, 0.3)):
        put(climbing, number, score)
    climbing.begin(climbing.next())
    put(climbing, 3, 0.9)
    assert climbing.next() == 3


def test_with_a_judge_no_more_go_on_than_the_share():
    climbing = ladder()
    for number, score in enumerate((0.5, 0.4, 0.3)):
        put(climbing, number, score)
    climbing.begin(climbing.next(judge=lambda numbers, scores: scores))
    put(climbing, 3, 0.9)
    assert climbing.next(judge=lambda numbers, scores: scores) is None


def test_a_judge_may_know_better():
    climbing = ladder()
    for number, score in enumerate((0.5, 0.4, 0.3)):
        put(climbing, number, score)
    assert climbing.next(judge=lambda numbers, scores: [0.0, 0.0, 1.0]) == 2
    assert climbing.next(judge=lambda numbers, scores: None) == 0


def test_the_highest_rung_comes_first():
    climbing = ladder()
    for number in range(3):
        put(climbing, number, 0.5 + number / 100, 0.6 + number / 100)
    for number in range(3, 12):
        put(climbing, number, 0.9)
    assert climbing.next() == 2


def test_what_failed_or_was_stopped_does_not_go_on():
    climbing = ladder()
    for number, score in enumerate((0.9, 0.8, 0.1, 0.2, 0.3, 0.4)):
        put(climbing, number, score)
    climbing.end(0, {})
    climbing.end(1, {0: 0.8})
    assert climbing.next() == 5
    assert not climbing.is_climbing(0)


def test_who_was_stopped_leaves_the_place_to_the_next():
    climbing = ladder()
    for number, score in enumerate((0.9, 0.8, 0.1)):
        put(climbing, number, score)
    climbing.end(0, {0: 0.9})
    assert climbing.next() == 1


def test_at_the_end_at_least_one_of_every_rung_goes_on():
    climbing = ladder()
    for number, score in enumerate((0.5, 0.9)):
        put(climbing, number, score)
    assert climbing.next() is None
    assert climbing.next(closing=True) == 1
    put(climbing, 1, 0.9, 0.95)
    assert climbing.next(closing=True) == 1
    climbing.begin(1)
    assert climbing.next(closing=True) is None


def test_at_the_end_the_open_ones_of_lower_rungs_are_waited_for():
    climbing = ladder()
    put(climbing, 0, 0.5, 0.6)
    climbing.begin(1)
    assert climbing.next(closing=True) is None
    climbing.end(1, {})
    assert climbing.next(closing=True) == 0


@pytest.mark.parametrize("judge", [None, lambda numbers, scores: [-score for score in scores]])
def test_the_order_in_which_it_is_told_does_not_matter(judge):
    scores = {number: random.Random(number).random() for number in range(20)}
    found = []
    for seed in range(4):
        climbing = ladder()
        order = list(scores)
        random.Random(seed).shuffle(order)
        for number in order:
            climbing.begin(number)
        for number in order:
            more = {1: scores[number] + 0.1} if number % 5 == 0 else {}
            climbing.pause(number, {0: scores[number]} | more)
        steps = []
        while (number := climbing.next(judge=judge)) is not None:
            climbing.begin(number)
            steps.append(number)
        found.append(steps)
    assert found[0] and found == [found[0]] * 4


def test_equal_scores_go_by_number():
    climbing = ladder()
    for number in (4, 2, 3):
        put(climbing, number, 0.5)
    assert climbing.next() == 2


def test_brackets_start_on_every_rung_and_cost_alike():
    climbing = ladder(brackets=True)
    bases = [climbing.base(number) for number in range(120)]
    assert set(bases) == {0, 1, 2}
    # A trial of a bracket costs its first rung and a share of the further ones.
    costs = (1 + 2 / 3 + 6 / 9, 3 + 6 / 3, 9)
    spent = [bases.count(base) * cost for base, cost in enumerate(costs)]
    assert max(spent) < 1.3 * min(spent)
    assert ladder().base(7) == 0


def test_brackets_do_not_compete():
    climbing = ladder(brackets=True)
    low = [number for number in range(60) if climbing.base(number) == 0][:3]
    high = next(number for number in range(60) if climbing.base(number) == 1)
    climbing.begin(high)
    climbing.pause(high, {1: 0.1})
    for place, number in enumerate(low):
        climbing.begin(number)
        climbing.pause(number, {0: 0.5 + place / 10})
    assert climbing.next() == low[2]
    climbing.begin(low[2])
    climbing.pause(low[2], {0: 0.7, 1: 0.9})
    assert climbing.next() is None
    assert climbing.paused() == [low[2], high, low[1], low[0]]
