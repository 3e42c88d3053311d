"""How long a call takes."""

from __future__ import annotations

import time

import pytest

from automl.measure.latency import CALLS, WARM_UP, time_calls


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    return now


def test_median_and_tail_of_warm_calls(clock):
    taken = iter([9.0] * WARM_UP + [0.001] * 40 + [0.002] * 10)

    def call():
        clock[0] += next(taken)

    median, p95 = time_calls(call, budget=100.0)
    assert median == pytest.approx(1.0)
    assert p95 == pytest.approx(2.0)


def test_a_quick_call_is_timed_often_and_a_slow_one_three_times(clock):
    counts = {}
    for seconds in (1e-6, 10.0):
        counts[seconds] = 0

        def call(seconds=seconds):
            counts[seconds] += 1
            clock[0] += seconds

        time_calls(call)
    assert counts == {1e-6: WARM_UP + CALLS, 10.0: WARM_UP + 3}
