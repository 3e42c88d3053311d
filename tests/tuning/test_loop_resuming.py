"""A search that was killed goes on as it would have."""

from __future__ import annotations

from dataclasses import replace

import pytest

from automl.testing.made_up import Killed, MadeUpSearch, guess, killing
from automl.types import TrialState


def script(name, trial):
    if name == "gate":
        return {"size": 13_000 if trial.number % 4 == 2 else 500 + trial.number}
    return ValueError("no") if trial.number == 4 else None


@pytest.mark.parametrize("at", [1, 2, 3, 6, 9, 10])
def test_a_killed_search_goes_on_as_it_would_have(tmp_path, at):
    options = {"guesses": [guess()], "max_size": "12kB", "trials": 6}
    whole = MadeUpSearch(tmp_path / "whole", script, **options).run()
    broken = MadeUpSearch(tmp_path / "broken", killing(at, script), **options)
    with pytest.raises(Killed):
        broken.run()
    done = [trial for trial in broken.trials if trial.state.finished]
    resumed = MadeUpSearch(tmp_path / "broken", script, **options).run()
    same = [replace(trial, seconds=0.0) for trial in whole.trials]
    assert [replace(trial, seconds=0.0) for trial in resumed.trials] == same
    assert resumed.end == whole.end
    again = {trial.number for _, _, trial in resumed.executor.jobs}
    assert again.isdisjoint({trial.number for trial in done})
    if done or len(broken.trials) > len(done):
        assert any(note.startswith("Resumed:") for note in resumed.listener.of("note")) or not [
            trial for trial in broken.trials if trial.state is not TrialState.REJECTED
        ]


def test_a_finished_search_is_not_run_again(tmp_path):
    MadeUpSearch(tmp_path).run()
    again = MadeUpSearch(tmp_path).run()
    assert again.executor.jobs == []
    assert again.end == "4 trials were trained"


def test_more_trials_can_be_added_to_a_finished_search(tmp_path):
    MadeUpSearch(tmp_path).run()
    more = MadeUpSearch(tmp_path, trials=6).run()
    assert sorted({trial.number for _, _, trial in more.executor.jobs}) == [4, 5]


def test_an_interrupted_trial_that_no_time_is_left_for_is_closed(tmp_path, clock):
    options = {"trials": None, "time": "60s", "started": clock[0]}
    with pytest.raises(Killed):
        MadeUpSearch(tmp_path, killing(2), **options).run()
    clock[0] += 60
    resumed = MadeUpSearch(tmp_path, **options).run()
    assert resumed.executor.jobs == []
    (trial,) = resumed.trials
    assert trial.state is TrialState.FAILED
    assert trial.reason == "interrupted, and not run again because the time was up"
