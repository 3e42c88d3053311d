"""The learning rate over a fit."""

from __future__ import annotations

import time

import pytest

from search_spaces.training.recipe import SCHEDULES, Recipe
from search_spaces.training.schedule import FLOOR, Schedule, share, steps_per_execution


class Optimizer:
    learning_rate = 0.1


class Model:
    def __init__(self):
        self.optimizer = Optimizer()


@pytest.fixture
def clock(monkeypatch):
    now = [1_000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def rates(schedule, epochs, *, steps=10, every=1, clock=None, seconds=0.0, first=0):
    """Plays a fit; returns the rate of each step, epoch by epoch."""
    model = Model()
    schedule.set_model(model)
    schedule.set_params({"steps": steps})
    schedule.on_train_begin()
    seen = []
    for epoch in range(first, epochs):
        schedule.on_epoch_begin(epoch)
        row = []
        for step in range(0, steps, every):
            schedule.on_train_batch_begin(step)
            row += [model.optimizer.learning_rate] * min(every, steps - step)
        seen.append(row)
        schedule.on_epoch_end(epoch)
        if clock:
            clock[0] += seconds
    return seen


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("warmup", [0.0, 0.1, 0.5])
def test_shares_lie_between_nothing_and_all(kind, warmup):
    shares = [share(kind, step / 100, warmup) for step in range(101)]
    assert 0 < min(shares) <= max(shares) <= 1
    assert max(shares) == pytest.approx(1, abs=1e-3)
    peak = shares.index(max(shares))
    assert shares[: peak + 1] == sorted(shares[: peak + 1])
    assert shares[peak:] == sorted(shares[peak:], reverse=True)
    assert shares[-1] == pytest.approx(1 if kind == "constant" else FLOOR)


def test_without_warm_up_a_cosine_moves_between_epochs_only():
    seen = rates(Schedule("cosine", 10, rate=0.1), 10)
    assert all(len(set(row)) == 1 for row in seen)
    firsts = [row[0] for row in seen]
    assert firsts[0] == pytest.approx(0.1)
    assert firsts[5] == pytest.approx(0.1 * share("cosine", 0.5))
    assert firsts == sorted(firsts, reverse=True)


def test_a_warm_up_rises_step_by_step():
    seen = rates(Schedule("constant", 10, warmup=0.2, rate=0.1), 10)
    rising = seen[0] + seen[1]
    assert rising[1:] == sorted(set(rising[1:]))
    assert rising[10] == pytest.approx(0.05)
    assert {rate for row in seen[2:] for rate in row} == {0.1}


def test_one_cycle_moves_at_every_step():
    seen = [rate for row in rates(Schedule("one_cycle", 4, rate=0.1), 4) for rate in row]
    assert len(set(seen)) == 40
    assert seen[0] == pytest.approx(0.004)
    assert max(seen) == pytest.approx(0.1)
    assert seen[-1] < 0.003


def test_a_warm_up_works_within_a_single_epoch():
    (seen,) = rates(Schedule("cosine", 1, warmup=0.1, rate=0.1), 1, steps=100, every=2)
    assert seen[0] < seen[4] < seen[8] < seen[10]
    assert max(seen) == pytest.approx(0.1, rel=0.01)
    assert seen[-1] < 0.005


def test_a_deadline_that_comes_sooner_anneals_sooner(clock):
    schedule = Schedule("cosine", 10, deadline=clock[0] + 5, rate=0.1)
    seen = [row[0] for row in rates(schedule, 10, clock=clock, seconds=1.0)]
    assert seen[0] == pytest.approx(0.1)
    assert seen[4] == pytest.approx(0.1 * share("cosine", 0.8))
    assert seen[6] == pytest.approx(0.1 * FLOOR)


def test_a_deadline_that_comes_later_changes_nothing(clock):
    late = rates(Schedule("cosine", 5, deadline=2_000.0, rate=0.1), 5, clock=clock, seconds=1.0)
    assert late == rates(Schedule("cosine", 5, rate=0.1), 5)


def test_a_resumed_fit_goes_on_where_it_was():
    whole = rates(Schedule("one_cycle", 6, rate=0.1), 6)
    assert rates(Schedule("one_cycle", 6, rate=0.1), 6, first=4) == whole[4:]


def test_the_compiled_rate_is_the_highest_unless_one_is_given():
    assert rates(Schedule("constant", 2), 2)[0][0] == pytest.approx(0.1)
    assert rates(Schedule("constant", 2, rate=0.5), 2)[0][0] == pytest.approx(0.5)


def test_a_schedule_of_the_optimizer_s_own_is_left_alone():
    keras = pytest.importorskip("keras")
    own = keras.optimizers.schedules.CosineDecay(0.3, 10)
    model = Model()
    model.optimizer = keras.optimizers.SGD(own)
    schedule = Schedule("constant", 2, rate=0.1)
    schedule.set_model(model)
    schedule.on_train_begin()
    schedule.on_epoch_begin(0)
    schedule.on_train_batch_begin(1)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.3)


@pytest.mark.parametrize("kind", ["cosine", "constant"])
def test_a_whole_epoch_is_one_call_where_the_rate_stands(kind):
    assert steps_per_execution(Recipe(schedule=kind), 36, 20) == 36


@pytest.mark.parametrize("steps", [1, 7, 36, 1000])
@pytest.mark.parametrize("epochs", [1, 20])
@pytest.mark.parametrize("recipe", [Recipe(warmup=0.1), Recipe(schedule="one_cycle")])
def test_calls_are_short_enough_for_the_rise(recipe, steps, epochs):
    at_once = steps_per_execution(recipe, steps, epochs)
    assert 1 <= at_once <= steps
    rise = (recipe.warmup or 0.3) * steps * epochs
    assert rise / at_once >= 6 or at_once == 1
