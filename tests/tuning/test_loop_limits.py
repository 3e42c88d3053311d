"""Trials that take too long or die: each is marked with what happened first."""

from __future__ import annotations

import pytest

from automl.records.store import RunStore
from automl.testing.made_up import MadeUpSearch
from automl.tuning.budget import LEAST_TRIAL, Budget
from automl.types import PAUSES, Rung, Trial

FORCED = {"message": "it had not ended after 10m.", "timed_out": True}


def ended_by_force(search: MadeUpSearch) -> Trial:
    """Returns the one trial that was, in a search of three and three rungs."""
    (trial,) = (trial for trial in search.trials if trial.reason == FORCED["message"])
    assert trial.rungs == (Rung(1, trial.score),)
    assert (trial.epochs, trial.deaths) == (1, 1)
    assert search.oracle.told[trial.number] == trial.score
    assert search.trials[trial.number].metrics["val_accuracy"] == trial.score
    assert not list((search.folder / PAUSES).glob(f"trial_{trial.number:05d}_*"))
    return trial


def test_a_trial_that_was_ended_by_force_is_not_tried_again(tmp_path):
    def script(name, trial):
        if (name, trial.number) == ("train", 1):
            return {"message": "it had not ended after 10m.", "timed_out": True}
        return None

    search = MadeUpSearch(tmp_path, script).run()
    assert search.states() == ["completed", "failed", "completed", "completed"]
    assert (search.trials[1].deaths, search.trials[1].reason) == (1, "it had not ended after 10m.")


def test_what_is_ended_by_force_counts_as_it_was_at_its_last_rung(tmp_path):
    """With its weights, as a training does that ends in time by itself."""
    count = []

    def script(name, trial):
        if trial.rungs and not count:
            count.append(trial)
            return FORCED
        return None

    search = MadeUpSearch(tmp_path, script, trials=3, rungs=(1, 3, 9), epochs=9).run()
    trial = ended_by_force(search)
    assert trial.state == "completed"
    assert (tmp_path / trial.model_file).read_text() == "weights"
    jobs = [args for name, args, each in search.executor.jobs if each.number == trial.number]
    assert (jobs[-1]["until"], "pause_file" in jobs[-1]) == (1, False)


@pytest.mark.parametrize("then", [FORCED, {"message": "killed."}, ValueError("broken")])
def test_without_its_weights_it_counts_as_stopped_there(tmp_path, then):
    numbers = []

    def script(name, trial):
        if trial.rungs and (not numbers or trial.number == numbers[0]):
            numbers.append(trial.number)
            return FORCED if len(numbers) == 1 else then
        return None

    search = MadeUpSearch(tmp_path, script, trials=3, rungs=(1, 3, 9), epochs=9).run()
    trials = [trial for trial in search.trials if trial.reason == FORCED["message"]]
    assert [trial.state for trial in trials] == ["stopped"]
    assert trials[0].score == trials[0].rungs[-1].score == trials[0].metrics["val_accuracy"]
    assert not (tmp_path / trials[0].model_file).exists()


@pytest.mark.parametrize("where", ["gate", "train"])
def test_a_trial_that_died_twice_says_what_it_died_of_first(tmp_path, where):
    def script(name, trial):
        if (name, trial.number) != (where, 1):
            return None
        return {"message": f"cause {trial.deaths}.", "traceback": f"line {trial.deaths}"}

    search = MadeUpSearch(tmp_path, script).run()
    assert search.states() == ["completed", "failed", "completed", "completed"]
    assert (search.trials[1].deaths, search.trials[1].reason) == (2, "cause 0.")
    with RunStore(tmp_path) as store:
        notes = store.notes()
    assert [note for note in notes if "line" in note] == ["Trial 1: line 0", "Trial 1: line 1"]


def test_what_it_died_of_is_forgotten_when_it_is_done(tmp_path):
    def script(name, trial):
        first = (name, trial.number, trial.deaths) == ("train", 1, 0)
        return {"message": "killed."} if first else None

    trial = MadeUpSearch(tmp_path, script).run().trials[1]
    assert (trial.deaths, trial.reason) == (1, "patience")


@pytest.mark.parametrize(
    ("time", "trial_time", "limit"),
    [
        (None, None, None),
        (None, 300.0, 300.0),
        (620.0, None, 200.0),  # A third of the 600 s of searching.
        (620.0, 30.0, 30.0),
        (20.0, None, LEAST_TRIAL),
    ],
)
def test_one_trial_cannot_eat_the_whole_time(time, trial_time, limit):
    assert Budget(0.0, time, None, trial_time).limit == limit


def test_jobs_are_told_how_long_they_may_take(tmp_path):
    search = MadeUpSearch(tmp_path, trials=1, trial_time="90s").run()
    assert {args["limit"] for _, args, _ in search.executor.jobs} == {90.0}
