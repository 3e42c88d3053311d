"""How long a search may go on."""

from __future__ import annotations

import pytest

from automl.tuning.budget import FINISH_SECONDS, FINISH_SHARE, Budget


@pytest.fixture(autouse=True)
def started(clock):
    clock[0] = 10_000.0


def test_trials_end_it():
    budget = Budget(10_000.0, None, 3)
    assert budget.spent(2) == ""
    assert budget.spent(3) == budget.spent(4) == "3 trials were trained"
    assert budget.seconds_left() is budget.deadline is budget.end is None


def test_time_ends_it_early_enough_to_ship(clock):
    budget = Budget(10_000.0, 600.0, None)
    assert budget.end == 10_600
    assert budget.deadline == 10_600 - FINISH_SECONDS
    clock[0] = budget.deadline - 1
    assert budget.spent(10**6) == ""
    assert budget.seconds_left() == pytest.approx(1)
    clock[0] += 1
    assert budget.spent(0) == "the time was up"


def test_a_short_time_is_not_spent_on_shipping_alone():
    budget = Budget(10_000.0, 10.0, None)
    assert budget.seconds_left() == pytest.approx(10 * (1 - FINISH_SHARE))


def test_earlier_sessions_count():
    assert Budget(10_000.0 - 590, 600.0, None).spent(0) == "the time was up"


def test_whichever_comes_first(clock):
    budget = Budget(10_000.0, 600.0, 2)
    assert "trials" in budget.spent(2)
    clock[0] += 600
    assert budget.spent(0) == "the time was up"
