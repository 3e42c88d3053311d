"""The schema, as a list of steps that each store has taken or has yet to take."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from automl.tasks.uncertainty import binomial_error


def m001_runs(db: sqlite3.Connection) -> None:
    """Facts of the run, trials, epochs, artifacts and notes."""
    for statement in (
        "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
        "CREATE TABLE session (id INTEGER PRIMARY KEY, started REAL NOT NULL, seen REAL NOT NULL)",
        """CREATE TABLE trial (
            number INTEGER PRIMARY KEY, state TEXT NOT NULL, score REAL, record TEXT NOT NULL
        )""",
        "CREATE INDEX trial_by_score ON trial (state, score DESC)",
        """CREATE TABLE epoch (
            trial INTEGER NOT NULL, epoch INTEGER NOT NULL, metrics TEXT NOT NULL,
            PRIMARY KEY (trial, epoch)
        ) WITHOUT ROWID""",
        """CREATE TABLE artifact (
            trial INTEGER NOT NULL, format TEXT NOT NULL, recipe TEXT NOT NULL,
            record TEXT NOT NULL, PRIMARY KEY (trial, format, recipe)
        )""",
        "CREATE TABLE note (id INTEGER PRIMARY KEY, time REAL NOT NULL, text TEXT NOT NULL)",
    ):
        db.execute(statement)


def m002_metrics(db: sqlite3.Connection) -> None:
    """Artifacts are judged by any metric of a task, no longer by accuracy alone."""
    for row, text in db.execute("SELECT rowid, record FROM artifact").fetchall():
        record = json.loads(text)
        accuracy = record.pop("validation_accuracy", None)
        record["validation_quality"] = accuracy
        judged = [v["examples"] for v in record["verifications"] if v["examples"]]
        known = accuracy is not None and len(judged) > 0
        record["validation_error"] = binomial_error(accuracy, judged[0]) if known else None
        record["verifications"] = [_with_metrics(each) for each in record["verifications"]]
        db.execute("UPDATE artifact SET record = ? WHERE rowid = ?", (json.dumps(record), row))


def _with_metrics(verification: dict[str, Any]) -> dict[str, Any]:
    """Returns a verification of the first versions with its accuracies among its metrics."""
    record = dict(verification)
    for name, old in (("metrics", "accuracy"), ("keras_metrics", "keras_accuracy")):
        value = record.pop(old, None)
        record[name] = {} if value is None else {"accuracy": value}
    value = record["metrics"].get("accuracy")
    record["metric"] = "" if value is None else "accuracy"
    record["error"] = None if value is None else binomial_error(value, record["examples"])
    return record


def m003_repeats(db: sqlite3.Connection) -> None:
    """Finalists are trained again, with other seeds."""
    db.execute(
        """CREATE TABLE IF NOT EXISTS repeat (
            trial INTEGER NOT NULL, number INTEGER NOT NULL, record TEXT NOT NULL,
            PRIMARY KEY (trial, number)
        ) WITHOUT ROWID"""
    )


def m004_rungs(db: sqlite3.Connection) -> None:
    """Trials are paused at rungs and gone on with."""
    for row, text in db.execute("SELECT rowid, record FROM trial").fetchall():
        record = json.dumps(json.loads(text) | {"rungs": []})
        db.execute("UPDATE trial SET record = ? WHERE rowid = ?", (record, row))


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (
    m001_runs,
    m002_metrics,
    m003_repeats,
    m004_rungs,
)


def migrate(db: sqlite3.Connection) -> None:
    """Brings a store to the current schema; each step is one transaction."""
    db.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY)")
    done = {name for (name,) in db.execute("SELECT name FROM migration")}
    for step in MIGRATIONS:
        if step.__name__ not in done:
            with db:
                db.execute("BEGIN IMMEDIATE")
                step(db)
                db.execute("INSERT INTO migration VALUES (?)", (step.__name__,))
