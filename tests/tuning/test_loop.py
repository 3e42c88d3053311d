"""The search loop, with trainings that are made up."""

from __future__ import annotations

import json

import pytest

from automl.errors import ConversionError
from automl.records.store import RunStore
from automl.selection import worth_keeping
from automl.testing.made_up import GATE, SPACE, MadeUpSearch, guess
from automl.testing.oracles import tiny_space
from automl.tuning import loop as loop_module
from automl.tuning.loop import FIRST_GUESS
from automl.tuning.outcomes import score_of
from automl.types import TrialState


def test_a_proposal_is_written_before_it_runs_and_its_measures_before_it_trains(tmp_path):
    search = MadeUpSearch(tmp_path).run()
    for name, _, trial in search.executor.jobs:
        state = {"gate": TrialState.PROPOSED, "train": TrialState.RUNNING}[name]
        assert trial.state is state
        assert (trial.measures is not None) == (name == "train")
    assert [name for name, _, _ in search.executor.jobs] == ["gate", "train"] * 4


def test_what_came_of_a_trial_is_written_told_and_heard(tmp_path):
    search = MadeUpSearch(tmp_path, epochs=9).run()
    assert search.end == "4 trials were trained"
    for trial in search.trials:
        assert trial.state is TrialState.COMPLETED
        assert trial.metrics["val_accuracy"] == trial.score == search.oracle.told[trial.number]
        assert (trial.epochs, trial.reason, trial.proposed_by) == (2, "patience", "random")
        assert trial.architecture == search.canonical(trial.values)
    assert search.listener.of("trial") == [(n, "completed") for n in range(4)]
    assert search.listener.of("epoch")[:2] == [(0, 0, 9), (0, 1, 9)]
    last = search.listener.of("progress")[-1]
    assert (last.completed, last.planned) == (4, 4)
    assert last.best.score == max(trial.score for trial in search.trials)


def test_epochs_are_kept(tmp_path):
    MadeUpSearch(tmp_path, trials=1).run()
    with RunStore(tmp_path) as store:
        assert store.epochs(0) == [{"val_accuracy": 0.0}, {"val_accuracy": 0.1}]


def test_a_job_is_told_all_it_needs(tmp_path):
    search = MadeUpSearch(tmp_path, seed=5, trials=2, epochs=9, max_size="12kB")
    (_, gate, _), (_, train, _), *_, (_, other, _) = search.run().executor.jobs
    assert (gate["space"], gate["format"], gate["recipes"]) == (SPACE, *GATE)
    assert gate["constraints"]["max_size"] == 12_000
    assert (train["epochs"], train["deadline"]) == (9, None)
    assert train["model_file"] == "models/trial_00000.keras"
    assert train["seed"] != other["seed"]
    json.dumps([gate, train])


@pytest.mark.parametrize(("objective", "worth"), [("val_accuracy", 0.9), ("val_loss", -0.9)])
def test_a_higher_score_is_better_whatever_the_objective(objective, worth):
    assert score_of(objective, {objective: 0.9}) == worth


# The gate.


def test_a_rejected_candidate_is_not_trained_and_costs_no_trial(tmp_path):
    search = MadeUpSearch(
        tmp_path,
        lambda name, trial: {"size": 13_000 if trial.number % 3 else 11_000},
        max_size="12kB",
        trials=3,
    ).run()
    assert search.end == "3 trials were trained"
    assert search.executor.trained() == [0, 3, 6]
    assert search.states() == ["completed", "rejected", "rejected"] * 2 + ["completed"]
    rejected = search.trials[1]
    assert rejected.reason == "size 13.0 kB > --max-size 12.0 kB"
    assert rejected.measures.size == 13_000
    assert search.oracle.told[1] is None
    assert search.listener.of("progress")[-1].rejected == 4


def test_what_cannot_be_converted_is_rejected_with_the_reason(tmp_path):
    def script(name, trial):
        return ConversionError("no such operator") if (name, trial.number) == ("gate", 1) else None

    trial = MadeUpSearch(tmp_path, script).run().trials[1]
    assert trial.state is TrialState.REJECTED
    assert trial.reason == "cannot be converted: no such operator"


def test_a_candidate_that_breaks_the_gate_itself_failed(tmp_path):
    """Only a converter's refusal says something of the candidate's cost."""

    def script(name, trial):
        return RuntimeError("oh") if (name, trial.number) == ("gate", 1) else None

    search = MadeUpSearch(tmp_path, script).run()
    assert search.states() == ["completed", "failed", "completed", "completed"]
    assert search.trials[1].reason == "RuntimeError: oh"


def test_when_nothing_passes_the_gate_the_search_gives_up(tmp_path, monkeypatch):
    monkeypatch.setattr(loop_module, "MAX_REJECTED", 7)
    search = MadeUpSearch(tmp_path, lambda name, trial: {"size": 99_000}, max_size="12kB").run()
    assert search.end == "7 candidates in a row were rejected before training"
    assert search.states() == ["rejected"] * 7


def test_rejections_in_a_row_are_counted_anew_after_a_trial(tmp_path, monkeypatch):
    monkeypatch.setattr(loop_module, "MAX_REJECTED", 3)
    search = MadeUpSearch(
        tmp_path,
        lambda name, trial: {"size": 99_000 if trial.number % 3 else 10},
        max_size="12kB",
    ).run()
    assert search.end == "4 trials were trained"


# First guesses.


def test_first_guesses_come_first_and_twice_the_same_once(tmp_path):
    guesses = [guess(), guess(depth=3), guess()]
    search = MadeUpSearch(tmp_path, guesses=guesses).run()
    assert [trial.values for trial in search.trials[:2]] == guesses[:2]
    assert [trial.proposed_by for trial in search.trials] == [FIRST_GUESS] * 2 + ["random"] * 2
    assert len({json.dumps(trial.architecture) for trial in search.trials}) == 4


# The end.


def test_a_space_that_is_used_up_ends_the_search(tmp_path):
    search = MadeUpSearch(tmp_path, space=tiny_space, trials=50).run()
    assert search.end == "every configuration of the space was tried"
    assert search.states() == ["completed"] * 6


def test_no_trial_starts_when_the_time_is_up(tmp_path, clock):
    def script(name, trial):
        clock[0] += 10 if name == "train" else 0

    search = MadeUpSearch(tmp_path, script, trials=None, time="80s", started=clock[0]).run()
    assert search.end == "the time was up"
    # A quarter of 80 s is kept for shipping.
    assert len(search.executor.trained()) == 6
    deadline = search.executor.jobs[1][1]["deadline"]
    assert deadline == pytest.approx(search.started + 60)


@pytest.mark.parametrize(("seconds", "trials"), [(82, 6), (83, 7)])
def test_no_trial_starts_that_could_not_get_far(tmp_path, clock, seconds, trials):
    """With 10 s a trial, 2 s are too little for another and 3 s are not."""

    def script(name, trial):
        clock[0] += 10 if name == "train" else 0

    options = {"trials": None, "time": seconds, "started": clock[0]}
    search = MadeUpSearch(tmp_path, script, **options).run()
    assert search.end == "the time was up"
    assert len(search.executor.trained()) == trials


def test_what_is_open_when_the_time_is_up_is_still_taken_in(tmp_path, clock):
    def script(name, trial):
        clock[0] += 40 if name == "train" else 0

    search = MadeUpSearch(
        tmp_path, script, trials=None, time="60s", started=clock[0], workers=3
    ).run()
    assert search.states() == ["completed"] * 3


# Several workers.


@pytest.mark.parametrize("newest_first", [False, True])
def test_several_trials_are_open_at_once_and_end_in_any_order(tmp_path, newest_first):
    search = MadeUpSearch(tmp_path, workers=3, trials=7, newest_first=newest_first).run()
    names = [name for name, _, _ in search.executor.jobs]
    assert names[:3] == ["gate"] * 3
    assert search.states() == ["completed"] * 7
    assert sorted(search.oracle.told) == list(range(7))
    ended = [number for number, _ in search.listener.of("trial")]
    assert (ended == sorted(ended)) is not newest_first


def test_open_trials_count_against_the_budget(tmp_path):
    search = MadeUpSearch(tmp_path, workers=8, trials=3).run()
    assert len(search.trials) == 3


def test_a_rejected_candidate_makes_room_while_others_are_open(tmp_path):
    search = MadeUpSearch(
        tmp_path,
        lambda name, trial: {"size": 99_000 if trial.number in (1, 2) else 10},
        max_size="12kB",
        workers=3,
        trials=3,
    ).run()
    assert search.states().count("completed") == 3


# Disk.


def test_weights_are_kept_only_of_what_may_still_be_chosen(tmp_path):
    search = MadeUpSearch(
        tmp_path,
        lambda name, trial: {"size": 500 + 7 * trial.number % 5} if name == "gate" else None,
        trials=20,
    ).run()
    kept = {trial.model_file for trial in worth_keeping(search.trials, search.config.objective)}
    on_disk = {f"models/{file.name}" for file in (tmp_path / "models").iterdir()}
    assert on_disk == kept
    assert len(kept) < 20
