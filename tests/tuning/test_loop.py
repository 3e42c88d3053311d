"""The search loop, with an executor that makes results up."""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import replace

import pytest

from automl.config_parsing import make_config
from automl.errors import AutomlError, ConversionError, WorkerDiedError
from automl.execution.base import EventKind, Executor, JobEvent
from automl.records.store import RunStore
from automl.selection import worth_keeping
from automl.testing.oracles import active, conditional_space, score, tiny_space
from automl.tuning import loop as loop_module
from automl.tuning.ask_tell import AskTell
from automl.tuning.budget import Budget
from automl.tuning.loop import FIRST_GUESS, SearchLoop, score_of
from automl.tuning.observer import Observer
from automl.tuning.oracles.random import RandomOracle
from automl.types import TrialState

SPACE = {"name": "made up"}
GATE = ("tflite", ("int8", "float32"))


class FakeExecutor(Executor):
    """Answers jobs at once; `script` may change what comes of one.

    Args:
        store: Looked into whenever a job is handed over.
        script: Maps a job's name and its trial to ``"die"``, an exception, a
            dictionary of changes to the result, or None.
        newest_first: Whether the newest job is answered first.
    """

    def __init__(self, store, script=lambda name, trial: None, newest_first=False):
        self.store, self.script, self.newest_first = store, script, newest_first
        self.jobs = []
        self._waiting = deque()

    def submit(self, name, args):
        found = [t for t in self.store.trials() if t.values == args["values"]]
        assert len(found) == 1, "a job was handed over before its proposal was written"
        self.jobs.append((name, args, found[0]))
        self._waiting += self._events(len(self.jobs), name, args, found[0])
        return len(self.jobs)

    def next_event(self, timeout=None):
        if not self._waiting:
            return None
        if self.newest_first:
            newest = self._waiting[-1].job
            event = next(event for event in self._waiting if event.job == newest)
            self._waiting.remove(event)
            return event
        return self._waiting.popleft()

    def close(self):
        self._waiting.clear()

    def trained(self):
        return [trial.number for name, _, trial in self.jobs if name == "train"]

    def _events(self, job, name, args, trial):
        change = self.script(name, trial)
        if change == "die":
            return [JobEvent(job, EventKind.DIED, {"message": "out of memory."})]
        if isinstance(change, Exception):
            record = {"type": type(change).__name__, "message": str(change), "traceback": "line 7"}
            return [JobEvent(job, EventKind.ERROR, record)]
        if name == "gate":
            measures = {"params": 10, "flops": 20, "size": 1_000, "gzip_size": 900}
            measures |= {"latency_ms": 0.1, "recipe": "int8"} | (change or {})
            return [JobEvent(job, EventKind.DONE, measures)]
        model = self.store.folder / args["model_file"]
        model.parent.mkdir(exist_ok=True)
        model.write_text("weights")
        metrics = {"val_accuracy": score(args["values"]), "val_loss": 0.5} | (change or {})
        epochs = [{"epoch": n, "metrics": {"val_accuracy": n / 10}} for n in range(2)]
        result = {"metrics": metrics, "epochs": 2, "reason": "patience"}
        return [
            *(JobEvent(job, EventKind.PROGRESS, epoch) for epoch in epochs),
            JobEvent(job, EventKind.DONE, result),
        ]


class Told(AskTell):
    """Remembers what it was told."""

    def __init__(self, *args):
        super().__init__(*args)
        self.told = {}

    def tell(self, number, score, *args, **kwargs):
        super().tell(number, score, *args, **kwargs)
        self.told[number] = score


class Listener(Observer):
    """Remembers what it heard."""

    def __init__(self):
        self.heard = []

    def progress(self, progress):
        self.heard.append(("progress", progress))

    def epoch(self, trial, epoch, epochs, metrics):
        self.heard.append(("epoch", (trial.number, epoch, epochs)))

    def trial(self, trial):
        self.heard.append(("trial", (trial.number, trial.state)))

    def note(self, text):
        self.heard.append(("note", text))

    def of(self, kind):
        return [what for each, what in self.heard if each == kind]


class Search:
    """A search in a folder, which can be gone on with."""

    def __init__(self, folder, script=lambda name, trial: None, guesses=(), space=None, **options):
        self.newest_first = options.pop("newest_first", False)
        self.started = options.pop("started", time.time())
        asked = {"trials": 4, "oracle": "random", "objective": ("val_accuracy", "size")}
        self.config = make_config("digits", asked | options)
        self.folder, self.script, self.guesses = folder, script, guesses
        self.space = space or conditional_space
        self.listener = Listener()

    def run(self):
        with RunStore(self.folder, create=True) as store:
            self.executor = FakeExecutor(store, self.script, self.newest_first)
            self.oracle = Told(RandomOracle, self.space(), self.canonical, self.config.seed)
            loop = SearchLoop(
                config=self.config,
                store=store,
                executor=self.executor,
                oracle=self.oracle,
                guesses=self.guesses,
                architecture=self.canonical,
                space=SPACE,
                budget=Budget(self.started, self.config.time, self.config.trials),
                observer=self.listener,
                gate=GATE,
            )
            store.begin_session()
            self.end = loop.run()
        return self

    def canonical(self, values):
        return active(self.space(), values)

    @property
    def trials(self):
        with RunStore(self.folder) as store:
            return store.trials()

    def states(self):
        return [str(trial.state) for trial in self.trials]


def guess(**values):
    return {"kind": "deep", "depth": 2, "rate": 0.1, "biased": True, "scale": 0.5} | values


def test_a_proposal_is_written_before_it_runs_and_its_measures_before_it_trains(tmp_path):
    search = Search(tmp_path).run()
    for name, _, trial in search.executor.jobs:
        state = {"gate": TrialState.PROPOSED, "train": TrialState.RUNNING}[name]
        assert trial.state is state
        assert (trial.measures is not None) == (name == "train")
    assert [name for name, _, _ in search.executor.jobs] == ["gate", "train"] * 4


def test_what_came_of_a_trial_is_written_told_and_heard(tmp_path):
    search = Search(tmp_path, epochs=9).run()
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
    Search(tmp_path, trials=1).run()
    with RunStore(tmp_path) as store:
        assert store.epochs(0) == [{"val_accuracy": 0.0}, {"val_accuracy": 0.1}]


def test_a_job_is_told_all_it_needs(tmp_path):
    search = Search(tmp_path, seed=5, trials=2, epochs=9, max_size="12kB")
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
    search = Search(
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

    trial = Search(tmp_path, script).run().trials[1]
    assert trial.state is TrialState.REJECTED
    assert trial.reason == "cannot be converted: no such operator"


def test_a_candidate_that_breaks_the_gate_itself_failed(tmp_path):
    """Only a converter's refusal says something of the candidate's cost."""

    def script(name, trial):
        return RuntimeError("oh") if (name, trial.number) == ("gate", 1) else None

    search = Search(tmp_path, script).run()
    assert search.states() == ["completed", "failed", "completed", "completed"]
    assert search.trials[1].reason == "RuntimeError: oh"


def test_when_nothing_passes_the_gate_the_search_gives_up(tmp_path, monkeypatch):
    monkeypatch.setattr(loop_module, "MAX_REJECTED", 7)
    search = Search(tmp_path, lambda name, trial: {"size": 99_000}, max_size="12kB").run()
    assert search.end == "7 candidates in a row were rejected before training"
    assert search.states() == ["rejected"] * 7


def test_rejections_in_a_row_are_counted_anew_after_a_trial(tmp_path, monkeypatch):
    monkeypatch.setattr(loop_module, "MAX_REJECTED", 3)
    search = Search(
        tmp_path,
        lambda name, trial: {"size": 99_000 if trial.number % 3 else 10},
        max_size="12kB",
    ).run()
    assert search.end == "4 trials were trained"


# First guesses.


def test_first_guesses_come_first_and_twice_the_same_once(tmp_path):
    guesses = [guess(), guess(depth=3), guess()]
    search = Search(tmp_path, guesses=guesses).run()
    assert [trial.values for trial in search.trials[:2]] == guesses[:2]
    assert [trial.proposed_by for trial in search.trials] == [FIRST_GUESS] * 2 + ["random"] * 2
    assert len({json.dumps(trial.architecture) for trial in search.trials}) == 4


# What can go wrong.


def test_a_job_that_raises_costs_its_trial_only(tmp_path):
    def script(name, trial):
        return ValueError("bad shape") if (name, trial.number) == ("train", 1) else None

    search = Search(tmp_path, script).run()
    assert search.states() == ["completed", "failed", "completed", "completed"]
    assert search.trials[1].reason == "ValueError: bad shape"
    assert search.oracle.told[1] is None
    with RunStore(tmp_path) as store:
        assert store.notes() == ["Trial 1: line 7"]


@pytest.mark.parametrize("where", ["gate", "train"])
def test_a_worker_that_dies_once_costs_nothing(tmp_path, where):
    def script(name, trial):
        return "die" if (name, trial.number, trial.deaths) == (where, 1, 0) else None

    search = Search(tmp_path, script).run()
    assert search.states() == ["completed"] * 4
    assert [trial.deaths for trial in search.trials] == [0, 1, 0, 0]
    assert "Trial 1: out of memory. It is tried once more." in search.listener.of("note")


@pytest.mark.parametrize("where", ["gate", "train"])
def test_a_worker_that_dies_twice_on_a_trial_costs_the_trial(tmp_path, where):
    search = Search(
        tmp_path, lambda name, trial: "die" if (name, trial.number) == (where, 1) else None
    ).run()
    assert search.states() == ["completed", "failed", "completed", "completed"]
    assert (search.trials[1].deaths, search.trials[1].reason) == (2, "out of memory.")
    assert search.oracle.told[1] is None


def test_workers_that_only_die_end_the_search(tmp_path):
    with pytest.raises(WorkerDiedError, match=r"No trial can be run: out of memory.*worker\.log"):
        Search(tmp_path, lambda name, trial: "die", trials=50).run()


def test_a_failed_trial_counts_as_trained(tmp_path):
    search = Search(tmp_path, lambda name, trial: ValueError() if name == "train" else None).run()
    assert search.states() == ["failed"] * 4


def test_trials_that_all_fail_alike_end_the_search(tmp_path):
    with pytest.raises(AutomlError, match=r"first 5 trials failed alike\. ValueError: bad shape"):
        Search(tmp_path, lambda name, trial: ValueError("bad shape"), trials=50).run()


def test_trials_that_fail_alike_after_a_good_one_do_not(tmp_path):
    search = Search(
        tmp_path, lambda name, trial: ValueError("bad") if trial.number else None, trials=9
    ).run()
    assert search.states() == ["completed"] + ["failed"] * 8


# The end.


def test_a_space_that_is_used_up_ends_the_search(tmp_path):
    search = Search(tmp_path, space=tiny_space, trials=50).run()
    assert search.end == "every configuration of the space was tried"
    assert search.states() == ["completed"] * 6


@pytest.fixture
def clock(monkeypatch):
    now = [time.time()]
    monkeypatch.setattr(time, "time", lambda: now[0])
    return now


def test_no_trial_starts_when_the_time_is_up(tmp_path, clock):
    def script(name, trial):
        clock[0] += 10 if name == "train" else 0

    search = Search(tmp_path, script, trials=None, time="80s", started=clock[0]).run()
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
    search = Search(tmp_path, script, **options).run()
    assert search.end == "the time was up"
    assert len(search.executor.trained()) == trials


def test_what_is_open_when_the_time_is_up_is_still_taken_in(tmp_path, clock):
    def script(name, trial):
        clock[0] += 40 if name == "train" else 0

    search = Search(tmp_path, script, trials=None, time="60s", started=clock[0], workers=3).run()
    assert search.states() == ["completed"] * 3


# Several workers.


@pytest.mark.parametrize("newest_first", [False, True])
def test_several_trials_are_open_at_once_and_end_in_any_order(tmp_path, newest_first):
    search = Search(tmp_path, workers=3, trials=7, newest_first=newest_first).run()
    names = [name for name, _, _ in search.executor.jobs]
    assert names[:3] == ["gate"] * 3
    assert search.states() == ["completed"] * 7
    assert sorted(search.oracle.told) == list(range(7))
    ended = [number for number, _ in search.listener.of("trial")]
    assert (ended == sorted(ended)) is not newest_first


def test_open_trials_count_against_the_budget(tmp_path):
    search = Search(tmp_path, workers=8, trials=3).run()
    assert len(search.trials) == 3


def test_a_rejected_candidate_makes_room_while_others_are_open(tmp_path):
    search = Search(
        tmp_path,
        lambda name, trial: {"size": 99_000 if trial.number in (1, 2) else 10},
        max_size="12kB",
        workers=3,
        trials=3,
    ).run()
    assert search.states().count("completed") == 3


# Going on.


class Killed(BaseException):
    """Stands for a kill -9: nothing of the loop runs after it."""


def killing(at, script=lambda name, trial: None):
    """Returns a script that kills the driver when job number `at` is handed over."""
    count = [0]

    def killer(name, trial):
        count[0] += 1
        if count[0] == at:
            raise Killed
        return script(name, trial)

    return killer


def script(name, trial):
    if name == "gate":
        return {"size": 13_000 if trial.number % 4 == 2 else 500 + trial.number}
    return ValueError("no") if trial.number == 4 else None


@pytest.mark.parametrize("at", [1, 2, 3, 6, 9, 10])
def test_a_killed_search_goes_on_as_it_would_have(tmp_path, at):
    options = {"guesses": [guess()], "max_size": "12kB", "trials": 6}
    whole = Search(tmp_path / "whole", script, **options).run()
    broken = Search(tmp_path / "broken", killing(at, script), **options)
    with pytest.raises(Killed):
        broken.run()
    done = [trial for trial in broken.trials if trial.state.finished]
    resumed = Search(tmp_path / "broken", script, **options).run()
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
    Search(tmp_path).run()
    again = Search(tmp_path).run()
    assert again.executor.jobs == []
    assert again.end == "4 trials were trained"


def test_more_trials_can_be_added_to_a_finished_search(tmp_path):
    Search(tmp_path).run()
    more = Search(tmp_path, trials=6).run()
    assert sorted({trial.number for _, _, trial in more.executor.jobs}) == [4, 5]


def test_an_interrupted_trial_that_no_time_is_left_for_is_closed(tmp_path, clock):
    options = {"trials": None, "time": "60s", "started": clock[0]}
    with pytest.raises(Killed):
        Search(tmp_path, killing(2), **options).run()
    clock[0] += 60
    resumed = Search(tmp_path, **options).run()
    assert resumed.executor.jobs == []
    (trial,) = resumed.trials
    assert trial.state is TrialState.FAILED
    assert trial.reason == "interrupted, and not run again because the time was up"


# Disk.


def test_weights_are_kept_only_of_what_may_still_be_chosen(tmp_path):
    search = Search(
        tmp_path,
        lambda name, trial: {"size": 500 + 7 * trial.number % 5} if name == "gate" else None,
        trials=20,
    ).run()
    kept = {trial.model_file for trial in worth_keeping(search.trials, search.config.objective)}
    on_disk = {f"models/{file.name}" for file in (tmp_path / "models").iterdir()}
    assert on_disk == kept
    assert len(kept) < 20
