"""Trials that are paused at rungs, with trainings that are made up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from automl.records.store import RunStore
from automl.testing.made_up import Killed, MadeUpSearch, killing
from automl.testing.oracles import score, tiny_space
from automl.tuning.curves import Bar
from automl.tuning.oracles.auto import AutoOracle
from automl.tuning.oracles.hyperband import HyperbandOracle
from automl.tuning.pauses import KEPT
from automl.types import PAUSES, Rung, TrialState

RUNGS = {"rungs": (1, 3, 9), "epochs": 9}


def pauses(folder):
    """Returns the trials whose states are on disk, with their epochs."""
    names = [file.stem.split("_") for file in (folder / PAUSES).glob("*.npz")]
    return {int(number): int(epochs) for _, number, epochs in names}


def test_trials_are_paused_and_the_best_third_goes_on(tmp_path):
    search = MadeUpSearch(tmp_path, trials=9, **RUNGS).run()
    assert search.end == "9 trials were trained"
    rungs = [len(trial.rungs) for trial in search.trials]
    states = search.states()
    assert states.count("paused") == 8 and states.count("completed") == 1
    assert sorted(rungs, reverse=True)[:4] == [2, 2, 2, 1]
    best = max(search.trials, key=lambda trial: score(trial.values))
    assert best.state is TrialState.COMPLETED
    assert best.epochs == 9
    assert best.rungs == tuple(
        Rung(epochs, score(best.values) - 0.2 * (1 - epochs / 9)) for epochs in (1, 3)
    )
    assert best.score == score(best.values)


def test_a_promotion_goes_on_from_the_state_that_the_pause_left(tmp_path):
    search = MadeUpSearch(tmp_path, trials=3, **RUNGS).run()
    jobs = [(name, args, trial.number) for name, args, trial in search.executor.jobs]
    best = next(trial.number for trial in search.trials if trial.state is TrialState.COMPLETED)
    ours = [args for name, args, number in jobs if number == best and name == "train"]
    file = f"{PAUSES}/trial_{best:05d}_"
    assert [args.get("until") for args in ours] == [1, 3, None]
    assert [args.get("resume_file") for args in ours] == [None, f"{file}1.npz", f"{file}3.npz"]
    assert [args.get("pause_file") for args in ours] == [f"{file}1.npz", f"{file}3.npz", None]
    assert len({args["seed"] for args in ours}) == len({str(args["values"]) for args in ours}) == 1
    assert [name for name, _, number in jobs if number == best].count("gate") == 1
    with RunStore(tmp_path) as store:
        assert len(store.epochs(best)) == 9


def test_a_promotion_is_no_trial_of_its_own(tmp_path):
    search = MadeUpSearch(tmp_path, trials=12, **RUNGS).run()
    assert len(search.trials) == 12
    assert len(search.executor.trained()) > 12
    seen = search.listener.of("progress")[-1]
    assert seen.completed + seen.paused + seen.stopped == 12
    assert seen.best.state is TrialState.COMPLETED


def test_a_search_of_few_trials_ends_with_one_that_was_trained_to_the_end(tmp_path):
    search = MadeUpSearch(tmp_path, trials=1, **RUNGS).run()
    assert search.states() == ["completed"]
    assert search.trials[0].epochs == 9


def test_a_space_that_is_used_up_is_trained_to_the_end_too(tmp_path):
    search = MadeUpSearch(tmp_path, space=tiny_space, trials=50, **RUNGS).run()
    assert search.end == "every configuration of the space was tried"
    assert len(search.trials) == 6
    assert "completed" in search.states()


def test_hyperbands_trials_start_on_every_rung(tmp_path):
    options = {"trials": 30, "oracle": "hyperband", "oracle_class": HyperbandOracle}
    search = MadeUpSearch(tmp_path, **options, **RUNGS).run()
    first = {}
    for name, args, trial in search.executor.jobs:
        if name == "train":
            first.setdefault(trial.number, args.get("until", 9))
    assert set(first.values()) == {1, 3, 9}


def test_states_are_kept_of_the_few_that_come_next(tmp_path):
    search = MadeUpSearch(tmp_path, trials=60, **RUNGS).run()
    on_disk = pauses(tmp_path)
    paused = {t.number: t.epochs for t in search.trials if t.state is TrialState.PAUSED}
    assert on_disk == paused
    assert all(list(paused.values()).count(epochs) <= KEPT for epochs in (1, 3))
    assert search.states().count("stopped") > 10
    for trial in search.trials:
        if trial.state is TrialState.STOPPED:
            assert trial.score is not None and trial.epochs in (1, 3)


# What can go wrong.


def test_a_crash_costs_the_current_rung(tmp_path):
    died = []

    def script(name, trial):
        if name == "train" and trial.rungs and not died:
            died.append(trial.number)
            return "die"
        return None

    search = MadeUpSearch(tmp_path, script, trials=3, **RUNGS).run()
    (number,) = died
    trial = search.trials[number]
    assert (trial.state, trial.deaths, trial.epochs) == (TrialState.COMPLETED, 1, 9)
    begun = [
        args for name, args, t in search.executor.jobs if name == "train" and t.number == number
    ]
    assert [args.get("resume_file", "")[-5:-4] for args in begun] == ["", "1", "1", "3"]


def test_one_that_fails_on_the_way_makes_room_for_the_next(tmp_path):
    def script(name, trial):
        return ValueError("no") if name == "train" and trial.rungs and not failed(trial) else None

    def failed(trial):
        return any(each.state is TrialState.FAILED for each in search.trials)

    search = MadeUpSearch(tmp_path, script, trials=6, **RUNGS)
    search.run()
    states = search.states()
    assert (states.count("failed"), states.count("completed")) == (1, 1)
    (trial,) = [trial for trial in search.trials if trial.state is TrialState.FAILED]
    assert trial.rungs and trial.number not in pauses(tmp_path)


def test_a_state_that_is_gone_costs_time_only(tmp_path):
    def script(name, trial):
        for file in (tmp_path / PAUSES).glob("*" if name == "gate" else "nothing"):
            file.unlink()

    whole = MadeUpSearch(tmp_path / "whole", trials=4, **RUNGS).run()
    search = MadeUpSearch(tmp_path, script, trials=4, **RUNGS).run()
    assert [t.score for t in search.trials] == [t.score for t in whole.trials]
    assert [t.state for t in search.trials] == [t.state for t in whole.trials]
    assert "resume_file" not in search.executor.jobs[6][1]


def test_what_cannot_win_is_stopped_for_good(tmp_path):
    def script(name, trial):
        hopeless = name == "train" and trial.number == 1
        return {"reason": Bar.reason, "paused": False} if hopeless else None

    search = MadeUpSearch(tmp_path, script, trials=3, **RUNGS).run()
    trial = search.trials[1]
    assert (trial.state, trial.reason) == (TrialState.STOPPED, Bar.reason)
    assert search.executor.trained().count(1) == 1
    assert search.states().count("completed") == 1


def test_a_bar_is_set_once_enough_curves_are_known(tmp_path):
    search = MadeUpSearch(tmp_path, trials=60, **RUNGS).run()
    bars = [args.get("bar") for name, args, _ in search.executor.jobs if name == "train"]
    assert bars[0] is None
    # The made-up epochs have no loss to keep one by: nothing is concluded from them.
    assert not any(bars)


@pytest.mark.parametrize("oracle", ["random", "auto"])
@pytest.mark.parametrize("at", [2, 9, 14, 23])
def test_a_killed_search_goes_on_as_it_would_have(tmp_path, at, oracle):
    options = {"trials": 12, "oracle": oracle, **RUNGS}
    options |= {"oracle_class": AutoOracle} if oracle == "auto" else {}
    whole = MadeUpSearch(tmp_path / "whole", **options).run()
    broken = MadeUpSearch(tmp_path / "broken", killing(at), **options)
    with pytest.raises(Killed):
        broken.run()
    resumed = MadeUpSearch(tmp_path / "broken", **options).run()
    same = [replace(trial, seconds=0.0) for trial in whole.trials]
    assert [replace(trial, seconds=0.0) for trial in resumed.trials] == same
    assert pauses(tmp_path / "broken") == pauses(tmp_path / "whole")
    # No rung is trained again but the one that was in hand.
    jobs = len(broken.executor.jobs) + len(resumed.executor.jobs)
    assert jobs <= len(whole.executor.jobs) + 2


@pytest.mark.parametrize("newest_first", [False, True])
def test_several_are_open_and_end_in_any_order(tmp_path, newest_first):
    options = {"workers": 3, "newest_first": newest_first, "trials": 14}
    search = MadeUpSearch(tmp_path, **options, **RUNGS).run()
    assert len(search.trials) == 14
    assert "completed" in search.states()
    assert set(search.states()) <= {"completed", "paused", "stopped"}


def test_more_trials_go_on_with_the_paused_ones(tmp_path):
    MadeUpSearch(tmp_path, trials=6, **RUNGS).run()
    more = MadeUpSearch(tmp_path, trials=27, **RUNGS).run()
    assert len(more.trials) == 27
    again = [trial.number for name, args, trial in more.executor.jobs if "resume_file" in args]
    assert len(more.executor.trained()) > 21
    assert again


# Time.


@pytest.mark.parametrize("seconds", [40, 80, 200])
def test_when_time_runs_out_the_best_is_trained_to_the_end_first(tmp_path, clock, seconds):
    """With a second for an epoch and two to begin."""

    def script(name, trial):
        if name == "train":
            clock[0] += 2 + {0: 1, 1: 2, 3: 6}[trial.epochs]
            return {"epoch_seconds": 1.0}
        return None

    options = {"trials": None, "time": seconds, "started": clock[0]}
    search = MadeUpSearch(tmp_path, script, **options, **RUNGS).run()
    assert search.end == "the time was up"
    assert clock[0] <= search.started + seconds
    done = [trial for trial in search.trials if trial.state is TrialState.COMPLETED]
    assert done and all(trial.epochs == 9 for trial in done)
    best = max(search.trials, key=lambda trial: score(trial.values))
    if seconds >= 80:
        assert best.state is TrialState.COMPLETED


def test_if_there_is_time_for_one_rung_only_what_it_has_is_written(tmp_path, clock):
    def script(name, trial):
        if name == "train" and not trial.rungs:
            clock[0] += 100

    options = {"trials": None, "time": 60, "started": clock[0]}
    search = MadeUpSearch(tmp_path, script, **options, **RUNGS).run()
    (trial,) = search.trials
    assert (trial.state, trial.epochs) == (TrialState.COMPLETED, 1)
    assert trial.reason == "the time was up"
    assert (tmp_path / trial.model_file).is_file()
    assert pauses(tmp_path) == {}
