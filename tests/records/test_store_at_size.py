"""A store of many trials opens and answers as fast as a small one."""

from __future__ import annotations

import time

import pytest

from automl.records.store import RunStore
from automl.types import Trial, TrialState

COUNT = 20_000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    values = {f"choice_{number}": number for number in range(30)}
    with RunStore(folder, create=True) as store, store.bulk():
        for number in range(COUNT):
            state = TrialState.REJECTED if number % 5 == 0 else TrialState.COMPLETED
            score = None if number % 5 == 0 else (number * 7919 % COUNT) / COUNT
            store.add_trial(Trial(number, values, values, "random", state, score=score))
    return folder


def seconds(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def test_it_opens_and_names_the_best_at_once(large):
    assert min(seconds(lambda: RunStore(large).close()) for _ in range(3)) < 0.5
    with RunStore(large) as store:
        assert min(seconds(lambda: store.best_trials(10)) for _ in range(3)) < 0.1
        assert min(seconds(store.counts) for _ in range(3)) < 0.5
        best = store.best_trials(2)
        assert [trial.score for trial in best] == sorted((t.score for t in best), reverse=True)
        assert best[0].score > 0.999


def test_the_best_are_found_by_an_index_without_sorting(large):
    query = "SELECT record FROM trial WHERE state = ? ORDER BY score DESC, number LIMIT ?"
    with RunStore(large) as store:
        plan = store._db.execute(f"EXPLAIN QUERY PLAN {query}", ("completed", 10)).fetchall()
    (step,) = [row[-1] for row in plan]
    assert "USING INDEX trial_by_score" in step


def test_trials_are_counted_and_found_by_number(large):
    with RunStore(large) as store:
        assert store.counts() == {TrialState.REJECTED: 4_000, TrialState.COMPLETED: 16_000}
        assert store.trial(77).number == 77
        assert store.trial(COUNT) is None
