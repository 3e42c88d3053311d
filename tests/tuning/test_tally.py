"""How long the rest will take, by what trials have taken so far."""

from __future__ import annotations

import pytest

from automl.tuning.budget import Budget
from automl.tuning.tally import Tally
from automl.types import Trial, TrialState

BUDGET = Budget(started=0.0, time=None, trials=10)


def tally(at_once, ended=4, planned=10):
    """Returns a tally of trials that took 60 seconds each."""
    made = Tally(planned, lambda: at_once)
    for number in range(ended):
        done = {"state": TrialState.COMPLETED, "score": 0.5, "seconds": 60.0}
        made.count(Trial(number, {}, {}, "random", **done))
    return made


def left(made, started, now=1_000.0):
    return made.progress(BUDGET, now, [now - ago for ago in started]).seconds_left


def test_one_worker_takes_them_one_after_the_other():
    assert left(tally(1), [20.0]) == pytest.approx(6 * 60 - 20)


def test_several_share_what_is_left():
    assert left(tally(3), [20.0, 20.0, 20.0]) == pytest.approx((6 * 60 - 60) / 3)


def test_the_last_trial_is_not_done_sooner_for_many_workers():
    assert left(tally(8, ended=9), [10.0]) == pytest.approx(50)
    assert left(tally(8, ended=9), [70.0]) == 0.0


def test_how_many_are_trained_at_once_is_told_as_workers_come_and_go():
    at_once = [2]
    made = Tally(10, lambda: at_once[0])
    assert made.progress(BUDGET, 1.0, []).at_once == 2
    at_once[0] = 5
    assert made.progress(BUDGET, 1.0, []).at_once == 5
