"""The run store: what is written is there, whatever happens next."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from automl.errors import UserInputError
from automl.records import migrations
from automl.records.store import FILE_NAME, RunStore
from automl.types import (
    Artifact,
    Measures,
    Trial,
    TrialState,
    Verification,
    VerificationStatus,
)

MEASURES = Measures(100, 2_000, 5_000, 4_000, 0.1, "int8")


@pytest.fixture
def store(tmp_path):
    with RunStore(tmp_path, create=True) as store:
        yield store


FIRST_ARTIFACT = {
    "trial": 3, "format": "tflite", "recipe": "int8", "path": "export/tflite/int8/model.tflite",
    "size": 7500, "gzip_size": 5100, "files": {"model.tflite": "cd"},
    "validation_accuracy": 0.98, "reason": "", "status": "verified",
    "verifications": [{
        "runtime": "litert", "status": "verified", "examples": 359, "max_abs_diff": 0.04,
        "mean_abs_diff": 0.0007, "agreement": 0.997, "accuracy": 0.9777,
        "keras_accuracy": 0.9805, "latency_ms": 0.003, "latency_p95_ms": 0.004, "reason": "",
    }],
}  # fmt: skip


def trial(number, **outcome):
    return Trial(number, {"rate": 0.1}, {"rate": 0.1}, "random", **outcome)


def test_a_trial_comes_back_as_it_was_written(store):
    done = trial(
        0,
        state=TrialState.COMPLETED,
        measures=MEASURES,
        metrics={"val_accuracy": 0.9},
        score=0.9,
        epochs=3,
        seconds=1.5,
        reason="patience",
        deaths=1,
    )
    store.add_trial(trial(0))
    store.update_trial(done)
    assert store.trials() == [done]


def test_trials_are_in_the_order_of_proposal(store):
    for number in (2, 0, 1):
        store.add_trial(trial(number))
    assert [each.number for each in store.trials()] == [0, 1, 2]


def test_trials_are_found_by_state(store):
    for number in range(4):
        store.add_trial(trial(number))
    store.update_trial(trial(1, state=TrialState.REJECTED))
    store.update_trial(trial(2, state=TrialState.COMPLETED, score=0.5))
    found = store.trials(TrialState.REJECTED, TrialState.COMPLETED)
    assert [each.number for each in found] == [1, 2]
    assert [each.number for each in store.trials(TrialState.PROPOSED)] == [0, 3]


def test_a_number_is_proposed_once(store):
    store.add_trial(trial(0))
    with pytest.raises(sqlite3.IntegrityError):
        store.add_trial(trial(0))
    store.add_trial(trial(1))  # The failed write left no transaction open.
    assert len(store.trials()) == 2


@pytest.mark.parametrize(
    "state", [TrialState.COMPLETED, TrialState.FAILED, TrialState.REJECTED], ids=str
)
def test_a_finished_trial_is_never_changed_again(store, state):
    done = trial(0, state=state)
    store.add_trial(trial(0))
    store.update_trial(done)
    with pytest.raises(ValueError, match="unfinished"):
        store.update_trial(replace(done, state=TrialState.RUNNING))
    assert store.trials() == [done]


def test_an_unknown_trial_cannot_be_updated(store):
    with pytest.raises(ValueError, match="number=7"):
        store.update_trial(trial(7, state=TrialState.FAILED))


def test_the_best_come_first_and_the_earlier_on_ties(store):
    for number, score in enumerate([0.5, 0.9, 0.9, 0.7]):
        store.add_trial(trial(number))
        store.update_trial(trial(number, state=TrialState.COMPLETED, score=score))
    store.add_trial(trial(4))
    store.update_trial(trial(4, state=TrialState.FAILED))
    assert [each.number for each in store.best_trials(3)] == [1, 2, 3]
    assert len(store.best_trials(10)) == 4


def test_epochs_are_kept_and_forgotten_when_the_trial_starts_over(store):
    store.add_trial(trial(0))
    store.update_trial(trial(0, state=TrialState.RUNNING))
    store.add_epoch(0, 1, {"val_loss": 0.4})
    store.add_epoch(0, 0, {"val_loss": 0.5})
    assert store.epochs(0) == [{"val_loss": 0.5}, {"val_loss": 0.4}]
    store.update_trial(trial(0, state=TrialState.PROPOSED))
    store.update_trial(trial(0, state=TrialState.RUNNING))
    assert store.epochs(0) == []


def test_an_artifact_replaces_the_one_before_it(store):
    first = Artifact(3, "tflite", "int8", "a/model.tflite", 10, 9, {"model.tflite": "00"})
    judged = replace(
        first,
        validation_quality=0.9,
        verifications=(Verification("litert", VerificationStatus.PASSED, 10, agreement=1.0),),
    )
    store.set_artifact(first)
    store.set_artifact(replace(first, recipe="float32"))
    store.set_artifact(judged)
    assert {each.recipe: each for each in store.artifacts()} == {
        "int8": judged,
        "float32": replace(first, recipe="float32"),
    }


def test_facts_notes_and_defaults(store):
    assert store.fact("data") is None
    assert store.fact("data", {}) == {}
    store.set_fact("data", {"a": [1, None]})
    store.set_fact("data", {"b": 2.5})
    assert store.fact("data") == {"b": 2.5}
    store.add_note("first")
    store.add_note("second")
    assert store.notes() == ["first", "second"]


def test_time_is_counted_over_sessions_up_to_their_last_sign_of_life(tmp_path, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "time", lambda: now[0])
    with RunStore(tmp_path, create=True) as store:
        assert store.begin_session() == 0
        now[0] += 30
        store.touch_session()
        now[0] += 500  # Killed: nobody worked in these seconds.
    with RunStore(tmp_path) as store:
        assert store.begin_session() == pytest.approx(30)
        now[0] += 5
        store.touch_session()
        assert store.seconds_used() == pytest.approx(35)


def test_it_writes_ahead_so_that_readers_need_not_wait(store):
    store.set_fact("a", 1)
    mode = sqlite3.connect(store.folder / FILE_NAME).execute("PRAGMA journal_mode").fetchone()
    assert mode == ("wal",)
    with RunStore(store.folder) as reader:
        store.set_fact("a", 2)
        assert reader.fact("a") == 2


def test_a_failed_write_changes_nothing(store):
    store.set_fact("a", 1)
    with pytest.raises(TypeError):
        store.set_fact("a", object())
    assert store.fact("a") == 1
    store.set_fact("a", 2)


def test_there_must_be_a_store_to_open(tmp_path):
    with pytest.raises(UserInputError, match="A run is a folder that holds"):
        RunStore(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("content", [b"not a database, but long enough to be read as one" * 9])
def test_another_kind_of_file_is_no_store(tmp_path, content):
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(UserInputError, match="is not a run store"):
        RunStore(tmp_path)


def test_a_store_is_brought_up_to_date_once_per_step(tmp_path, monkeypatch):
    with RunStore(tmp_path, create=True) as store:
        store.set_fact("a", 1)

    def m999_test(db):
        db.execute("CREATE TABLE extra (id INTEGER)")

    steps = (*migrations.MIGRATIONS, m999_test)
    monkeypatch.setattr(migrations, "MIGRATIONS", steps)
    monkeypatch.setattr("automl.records.store.MIGRATIONS", steps)
    for _ in range(2):
        with RunStore(tmp_path) as store:
            assert store.fact("a") == 1
    tables = sqlite3.connect(tmp_path / FILE_NAME).execute("SELECT name FROM sqlite_master")
    assert ("extra",) in tables.fetchall()


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path, monkeypatch):
    RunStore(tmp_path, create=True).close()

    def m999_test(db):
        db.execute("CREATE TABLE half (id INTEGER)")
        raise RuntimeError("power cut")

    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, m999_test))
    with pytest.raises(RuntimeError):
        RunStore(tmp_path)
    monkeypatch.undo()
    with RunStore(tmp_path) as store:
        store.set_fact("a", 1)
    tables = sqlite3.connect(tmp_path / FILE_NAME).execute("SELECT name FROM sqlite_master")
    assert ("half",) not in tables.fetchall()


def test_a_newer_store_is_refused_and_left_alone(tmp_path):
    RunStore(tmp_path, create=True).close()
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("INSERT INTO migration VALUES ('m777_future')")
    with pytest.raises(UserInputError, match=r"newer automl \(m777_future\)\. Upgrade"):
        RunStore(tmp_path)


WRITER = """
import sys
from pathlib import Path
from automl.records.store import RunStore
from automl.types import Trial, TrialState
store = RunStore(Path(sys.argv[1]), create=True)
store.begin_session()
number = 0
while True:
    store.add_trial(Trial(number, {"pad": "x" * 2000}, {}, "random"))
    store.update_trial(Trial(number, {}, {}, "random", state=TrialState.COMPLETED, score=1.0))
    print(number, flush=True)
    number += 1
"""


def test_what_a_killed_writer_had_written_can_be_read(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        for line in writer.stdout:
            if int(line) >= 60:
                break
        os.kill(writer.pid, signal.SIGKILL)
        said = [int(line) for line in writer.stdout.read().split()]
    last = max([60, *said])
    with RunStore(tmp_path) as store:
        trials = store.trials()
        # At most what was being written when the signal came is missing.
        assert len(trials) - last in (1, 2)
        assert all(each.state.finished for each in trials[: last + 1])
        store.add_trial(trial(len(trials)))
        (ok,) = store._db.execute("PRAGMA integrity_check").fetchone()
        assert ok == "ok"


def test_a_run_of_the_first_versions_still_opens(tmp_path):
    """Then artifacts were judged by their accuracy and nothing else."""
    with RunStore(tmp_path, create=True):
        pass
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        db.execute("DELETE FROM migration WHERE name != 'm001_runs'")
        skipped = {"runtime": "tfjs-cpu", "status": "not verified", "examples": 0,
            "max_abs_diff": None, "mean_abs_diff": None, "agreement": None, "accuracy": None,
            "keras_accuracy": None, "latency_ms": None, "latency_p95_ms": None,
            "reason": "no node"}  # fmt: skip
        unjudged = FIRST_ARTIFACT | {
            "format": "tfjs", "validation_accuracy": None, "verifications": [skipped]
        }  # fmt: skip
        for record in (FIRST_ARTIFACT, unjudged):
            row = (3, record["format"], "int8", json.dumps(record))
            db.execute("INSERT INTO artifact VALUES (?, ?, ?, ?)", row)
    with RunStore(tmp_path) as store:
        judged, unjudged = store.artifacts()
    assert judged.validation_quality == 0.98
    assert judged.validation_error == pytest.approx(0.0078, abs=1e-4)
    ran = judged.verification
    assert (ran.metric, ran.quality, ran.keras_quality) == ("accuracy", 0.9777, 0.9805)
    assert ran.error == pytest.approx(0.0082, abs=3e-4)
    assert judged.status is VerificationStatus.PASSED
    assert unjudged.validation_quality is None
    assert unjudged.verifications[0].quality is None
    assert unjudged.status is VerificationStatus.SKIPPED


def test_a_batch_is_committed_however_it_ends(tmp_path):
    """What is written of it is whole: one write that fails takes no other with it."""
    with RunStore(tmp_path, create=True) as store, pytest.raises(KeyError), store.batch():
        store.add_note("first")
        with pytest.raises(ValueError, match="unfinished trial"):
            store.update_trial(Trial(7, {}, {}, "random"))
        store.add_note("second")
        with RunStore(tmp_path) as reader:
            assert reader.notes() == [], "nobody sees a batch before it ends"
        raise KeyError
    with RunStore(tmp_path) as store:
        assert store.notes() == ["first", "second"]
        store.add_note("third")
        assert len(store.notes()) == 3
