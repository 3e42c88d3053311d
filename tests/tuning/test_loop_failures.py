"""What goes wrong costs its trial and nothing else."""

from __future__ import annotations

import pytest

from automl.errors import AutomlError, WorkerDiedError
from automl.records.store import RunStore
from automl.testing.made_up import MadeUpSearch


def test_a_job_that_raises_costs_its_trial_only(tmp_path):
    def script(name, trial):
        return ValueError("bad shape") if (name, trial.number) == ("train", 1) else None

    search = MadeUpSearch(tmp_path, script).run()
    assert search.states() == ["completed", "failed", "completed", "completed"]
    assert search.trials[1].reason == "ValueError: bad shape"
    assert search.oracle.told[1] is None
    with RunStore(tmp_path) as store:
        assert store.notes() == ["Trial 1: line 7"]


@pytest.mark.parametrize("where", ["gate", "train"])
def test_a_worker_that_dies_once_costs_nothing(tmp_path, where):
    def script(name, trial):
        return "die" if (name, trial.number, trial.deaths) == (where, 1, 0) else None

    search = MadeUpSearch(tmp_path, script).run()
    assert search.states() == ["completed"] * 4
    assert [trial.deaths for trial in search.trials] == [0, 1, 0, 0]
    assert "Trial 1: out of memory. It is tried once more." in search.listener.of("note")


@pytest.mark.parametrize("where", ["gate", "train"])
def test_a_worker_that_dies_twice_on_a_trial_costs_the_trial(tmp_path, where):
    search = MadeUpSearch(
        tmp_path, lambda name, trial: "die" if (name, trial.number) == (where, 1) else None
    ).run()
    assert search.states() == ["completed", "failed", "completed", "completed"]
    assert (search.trials[1].deaths, search.trials[1].reason) == (2, "out of memory.")
    assert search.oracle.told[1] is None


def test_workers_that_only_die_end_the_search(tmp_path):
    with pytest.raises(WorkerDiedError, match=r"No trial can be run: out of memory.*worker\.log"):
        MadeUpSearch(tmp_path, lambda name, trial: "die", trials=50).run()


def test_a_failed_trial_counts_as_trained(tmp_path):
    search = MadeUpSearch(
        tmp_path, lambda name, trial: ValueError() if name == "train" else None
    ).run()
    assert search.states() == ["failed"] * 4


def test_trials_that_all_fail_alike_end_the_search(tmp_path):
    with pytest.raises(AutomlError, match=r"first 5 trials failed alike\. ValueError: bad shape"):
        MadeUpSearch(tmp_path, lambda name, trial: ValueError("bad shape"), trials=50).run()


def test_trials_that_fail_alike_after_a_good_one_do_not(tmp_path):
    search = MadeUpSearch(
        tmp_path, lambda name, trial: ValueError("bad") if trial.number else None, trials=9
    ).run()
    assert search.states() == ["completed"] + ["failed"] * 8
