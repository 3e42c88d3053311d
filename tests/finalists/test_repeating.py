"""The finalists' trainings, with an executor that makes results up."""

from __future__ import annotations

import time
from collections import deque

import numpy as np
import pytest

from automl.config_parsing import make_config
from automl.execution.base import EventKind, Executor, JobEvent
from automl.execution.model_outputs import keep_outputs
from automl.finalists.repeating import FOLDER, Finalists
from automl.records.store import RunStore
from automl.tasks.class_metrics import accuracy
from automl.tuning.budget import TIME_IS_UP, Budget
from automl.tuning.observer import Observer
from automl.types import Measures, Trial, TrialState

Y = np.arange(400) % 2
#: Examples that a training of each trial has wrong, by the number of the training.
WRONG = {0: (4, 60, 60), 1: (20, 23, 22), 2: (26, 18, 24), 3: (300, 310, 305)}


class FakeExecutor(Executor):
    """Trains at once; `script` may change what comes of a training."""

    def __init__(self, folder, script=lambda trial, number: None):
        self.folder, self.script, self.jobs = folder, script, []
        self._waiting = deque()

    def submit(self, name, args):
        assert name == "train"
        _, trial, number = args["model_file"].removesuffix(".keras").split("_")
        trial, number = int(trial), int(number)
        self.jobs.append((trial, number))
        change = self.script(trial, number)
        job = len(self.jobs)
        if change in ("interrupt", "die"):
            kind = EventKind.DIED if change == "die" else change
            self._waiting.append(JobEvent(job, kind, {"message": "out of memory."}))
            return job
        outputs = np.eye(2)[Y]
        wrong = range(WRONG[trial][number - 1])
        outputs[wrong] = 1.0 - outputs[wrong]
        model = self.folder / args["model_file"]
        model.parent.mkdir(exist_ok=True)
        model.write_text(f"weights of {trial}, {number}, seed {args['seed']}")
        keep_outputs(self.folder / args["outputs"], outputs)
        result = {
            "metrics": {"val_accuracy": accuracy(outputs, Y), "val_loss": 0.5},
            "epochs": 3,
            "reason": "",
        }
        self._waiting.append(JobEvent(job, EventKind.DONE, result | (change or {})))
        return job

    def next_event(self, timeout=None):
        if not self._waiting:
            return None
        if self._waiting[0].kind == "interrupt":
            raise KeyboardInterrupt
        return self._waiting.popleft()

    def close(self):
        self._waiting.clear()


def trial(number, accuracy):
    measures = Measures(10, 20, 1_000 + number, 900, 1.0, "int8")
    return Trial(
        number,
        {"kind": number},
        {},
        "random",
        TrialState.RUNNING,
        measures,
        {"val_accuracy": accuracy},
        accuracy,
        error=0.02,
        seconds=1.0,
    )


class Round:
    """A search's end in a folder, which can be gone on with."""

    def __init__(self, folder, **options):
        asked = {"trials": 4, "objective": ("val_accuracy", "size"), "repeats": 2}
        self.config = make_config("digits", asked | options)
        self.folder, self.notes = folder, []
        with RunStore(folder, create=True) as store:
            for number, score in enumerate((0.99, 0.98, 0.975, 0.97)):
                found = trial(number, score)
                store.add_trial(found)
                store.update_trial(
                    Trial(**{**vars(found), "state": TrialState.COMPLETED, "score": score})
                )
                file = folder / found.model_file
                file.parent.mkdir(exist_ok=True)
                file.write_text(f"weights of {number} from the search")

    def run(self, script=lambda trial, number: None, started=None):
        observer = Observer()
        observer.note = self.notes.append
        with RunStore(self.folder) as store:
            store.begin_session()
            self.executor = FakeExecutor(self.folder, script)
            finalists = Finalists(
                config=self.config,
                store=store,
                executor=self.executor,
                space={},
                budget=Budget(started or time.time(), self.config.time, self.config.trials),
                observer=observer,
            )
            return finalists.run(store.trials(), {"accuracy": accuracy}, Y)

    def weights(self, number):
        return (self.folder / f"models/trial_{number:05d}.keras").read_text()

    def fact(self, name):
        with RunStore(self.folder) as store:
            return store.fact(name)


def test_the_mean_decides_who_goes_on_and_the_lucky_one_does_not(tmp_path):
    round_ = Round(tmp_path, finalists=4)
    found = round_.run()
    assert round_.executor.jobs == [(t, n) for n in (1, 2) for t in (0, 1, 2, 3)]
    # Trial 3 is surely worse, and trial 0 owed its first place to one training.
    assert [each.number for each in found] == [1, 2, 0]
    assert found[0].score == pytest.approx(1 - 21.5 / 400)
    assert found[0].metrics["val_accuracy"] == pytest.approx(1 - 21.5 / 400)
    assert any("cannot be told from" in note for note in round_.notes)
    assert any("surely better than trial 3" in note for note in round_.notes)


def test_the_best_trainings_weights_ship(tmp_path):
    round_ = Round(tmp_path, finalists=3)
    round_.run()
    assert round_.weights(0).startswith("weights of 0, 1,")
    assert round_.weights(1).startswith("weights of 1, 1,")
    assert round_.weights(2).startswith("weights of 2, 2,")
    assert round_.weights(3) == "weights of 3 from the search"
    assert not list((tmp_path / FOLDER).glob("*.keras"))


def test_every_training_has_a_seed_of_its_own(tmp_path):
    round_ = Round(tmp_path, finalists=3)
    round_.run()
    with RunStore(tmp_path) as store:
        seeds = [each.seed for each in store.repeats()]
    assert len(set(seeds)) == 6


def test_an_interrupted_round_goes_on_where_it_was(tmp_path):
    whole = Round(tmp_path / "whole", finalists=3)
    expected = whole.run()
    cut = Round(tmp_path / "cut", finalists=3)
    with pytest.raises(KeyboardInterrupt):
        cut.run(lambda trial, number: "interrupt" if (trial, number) == (1, 2) else None)
    assert cut.run() == expected
    assert cut.executor.jobs == [(1, 2), (2, 2)]
    assert [cut.weights(n) for n in range(4)] == [whole.weights(n) for n in range(4)]
    # Once more, as after a kill during compression: nothing is trained.
    assert cut.run() == expected
    assert cut.executor.jobs == []


def test_a_training_that_was_cut_short_does_not_count(tmp_path):
    def late(trial, number):
        return {"reason": TIME_IS_UP} if (trial, number) in ((1, 2), (2, 1), (2, 2)) else None

    round_ = Round(tmp_path, finalists=3)
    found = round_.run(late)
    # Nothing is known of trial 2 but one lucky training: it is out.
    assert [each.number for each in found] == [1, 0]
    assert found[0].score == pytest.approx(1 - 20 / 400)


def test_without_time_for_any_the_search_alone_decides(tmp_path):
    round_ = Round(tmp_path, finalists=3, time=100)
    found = round_.run(started=time.time() - 200)
    assert round_.executor.jobs == []
    assert [each.number for each in found] == [0, 1, 2, 3]
    assert round_.weights(0) == "weights of 0 from the search"
    assert round_.fact("standings") == []


def test_a_worker_that_dies_is_tried_once_more(tmp_path):
    deaths = []

    def dies(trial, number):
        if (trial, number) == (1, 1) and len(deaths) < 1:
            deaths.append(trial)
            return "die"
        return None

    round_ = Round(tmp_path, finalists=2)
    assert round_.run(dies)[0].number == 1
    assert round_.executor.jobs.count((1, 1)) == 2


def test_a_finalist_that_always_dies_is_out(tmp_path):
    round_ = Round(tmp_path, finalists=3)
    found = round_.run(lambda trial, number: "die" if trial == 0 else None)
    assert [each.number for each in found] == [1, 2]
    with RunStore(tmp_path) as store:
        failed = [each for each in store.repeats() if each.state is TrialState.FAILED]
    assert {each.reason for each in failed} == {"out of memory."}


def test_none_are_trained_again_if_none_are_wanted(tmp_path):
    round_ = Round(tmp_path, finalists=0)
    assert len(round_.run()) == 4
    assert round_.executor.jobs == []


def test_an_extended_run_decides_anew(tmp_path):
    round_ = Round(tmp_path, finalists=2)
    round_.run()
    with RunStore(tmp_path) as store:
        store.add_trial(trial(4, 0.999))
        WRONG[4] = (2, 2, 2)
        store.update_trial(Trial(**{**vars(trial(4, 0.999)), "state": TrialState.COMPLETED}))
    (tmp_path / "models/trial_00004.keras").write_text("weights")
    assert round_.run()[0].number == 4
    assert round_.executor.jobs == [(4, 1), (4, 2)]
