"""Trials that are paused at rungs, in the store."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace

import pytest

from automl.records.store import FILE_NAME, RunStore
from automl.types import Rung, Trial, TrialState


@pytest.fixture
def store(tmp_path):
    with RunStore(tmp_path, create=True) as store:
        yield store


def paused(number=0):
    return Trial(
        number, {"a": 1}, {"a": 1}, "auto", TrialState.PAUSED, score=0.5, epochs=2,
        rungs=(Rung(1, 0.4), Rung(2, 0.5)),
    )  # fmt: skip


def test_rungs_come_back_as_they_were(store):
    store.add_trial(paused())
    assert store.trials() == [paused()]


def test_a_paused_trial_may_go_on_and_a_stopped_one_may_not(store):
    store.add_trial(paused())
    store.update_trial(replace(paused(), state=TrialState.RUNNING))
    store.update_trial(replace(paused(), state=TrialState.STOPPED))
    with pytest.raises(ValueError, match="unfinished trial"):
        store.update_trial(replace(paused(), state=TrialState.RUNNING))


def test_what_led_to_the_last_rung_stays_and_what_came_after_is_taken_again(store):
    store.add_trial(replace(paused(), state=TrialState.PROPOSED, epochs=0, rungs=()))
    for epoch in range(4):
        store.add_epoch(0, epoch, {"val_loss": float(epoch)})
    store.update_trial(replace(paused(), state=TrialState.RUNNING))
    assert [each["val_loss"] for each in store.epochs(0)] == [0.0, 1.0]


def test_a_store_from_before_there_were_rungs_is_read(tmp_path):
    with RunStore(tmp_path, create=True) as store:
        store.add_trial(replace(paused(), state=TrialState.COMPLETED, rungs=()))
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        (text,) = db.execute("SELECT record FROM trial").fetchone()
        record = json.loads(text)
        del record["rungs"]
        db.execute("UPDATE trial SET record = ?", (json.dumps(record),))
        db.execute("DELETE FROM migration WHERE name = 'm004_rungs'")
    with RunStore(tmp_path) as store:
        assert store.trials() == [replace(paused(), state=TrialState.COMPLETED, rungs=())]
    with sqlite3.connect(tmp_path / FILE_NAME) as db:
        (text,) = db.execute("SELECT record FROM trial").fetchone()
    assert json.loads(text)["rungs"] == []
