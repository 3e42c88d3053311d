"""Which trials are trained again, and how often."""

from __future__ import annotations

import pytest

from automl.config_parsing import make_config
from automl.finalists.planning import (
    LEAST_REPEATS,
    MOST_FINALISTS,
    MOST_REPEATS,
    MOST_SHARE,
    SHARE,
    Reserve,
    contenders,
    plan_finalists,
    seconds_allowed,
)
from automl.records.store import RunStore
from automl.types import Measures, Trial, TrialState

OBJECTIVES = ("val_accuracy", "size")


def trial(number, accuracy, size=1_000, error=0.01, seconds=10.0, state=TrialState.COMPLETED):
    measures = Measures(10, 20, size, size, 1.0, "int8")
    metrics = {"val_accuracy": accuracy}
    return Trial(
        number, {}, {}, "random", state, measures, metrics, accuracy, error=error, seconds=seconds
    )


def config(**options):
    return make_config("digits", {"trials": 20} | options)


def numbers(trials):
    return [each.number for each in trials]


def test_the_best_comes_first_then_the_cheaper_then_the_nearly_as_good():
    trials = [
        trial(0, 0.95, size=900),
        trial(1, 0.96, size=2_000),
        trial(2, 0.955, size=1_900),
        trial(3, 0.958, size=3_000),
        trial(4, 0.90, size=500),
    ]
    assert numbers(contenders(trials, OBJECTIVES)) == [1, 0, 2, 3]


def test_what_was_not_trained_is_no_contender():
    trials = [trial(0, 0.9, state=state) for state in TrialState if state != TrialState.COMPLETED]
    assert contenders(trials, OBJECTIVES) == []


def test_as_many_are_trained_again_as_the_time_allows():
    found = [trial(n, 0.9) for n in range(8)]
    plans = {s: plan_finalists(config(), found, s, None) for s in (10, 40, 65, 120, 10_000)}
    assert [(len(plan.trials), plan.repeats) for plan in plans.values()] == [
        (0, 0),
        (2, LEAST_REPEATS),
        (3, 2),
        (4, 3),
        (MOST_FINALISTS, MOST_REPEATS),
    ]
    assert "too short" in plans[10].why


def test_what_is_left_of_the_time_bounds_it():
    found = [trial(n, 0.9) for n in range(8)]
    assert plan_finalists(config(), found, 10_000, 45.0).trials == (0, 1)
    assert not plan_finalists(config(), found, 10_000, -5.0).trials


def test_more_workers_do_more():
    found = [trial(n, 0.9) for n in range(8)]
    assert len(plan_finalists(config(), found, 40, None, at_once=2).trials) == 4


def test_a_best_that_stands_alone_is_trained_again_too():
    plan = plan_finalists(config(), [trial(3, 0.9)], 40, None)
    assert (plan.trials, plan.repeats) == ((3,), MOST_REPEATS)


def test_what_a_person_asks_for_is_done():
    found = [trial(n, 0.9) for n in range(8)]
    plan = plan_finalists(config(finalists=2, repeats=5), found, 0.0, None)
    assert (plan.trials, plan.repeats) == ((0, 1), 5)
    assert plan_finalists(config(repeats=1), found, 0.0, None).repeats == 1
    assert not plan_finalists(config(finalists=0), found, 10_000, None).trials


def test_search_and_finalists_together_keep_the_share():
    allowed = seconds_allowed(80.0)
    assert allowed / (80.0 + allowed) == pytest.approx(SHARE)


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"time": 1_000}, SHARE * 1_000),
        ({"time": 100}, 0.0),
        ({"time": 1_000, "finalists": 0}, 0.0),
        ({"time": 1_000, "finalists": 2, "repeats": 5}, 100.0),
        ({"time": 100, "finalists": 2, "repeats": 50}, MOST_SHARE * 100),
        ({"trials": 5}, 0.0),
    ],
)
def test_time_is_kept_once_it_is_known_what_a_trial_takes(tmp_path, options, kept):
    with RunStore(tmp_path, create=True) as store:
        reserve = Reserve(make_config("digits", options), store)
        assert reserve() == 0.0
        store.add_trial(trial(0, 0.9, state=TrialState.RUNNING))
        assert reserve() == 0.0
        store.update_trial(trial(0, 0.9))
        assert reserve() == pytest.approx(kept)
