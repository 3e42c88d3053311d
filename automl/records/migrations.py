"""The schema, as a list of steps that each store has taken or has yet to take."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable


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


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (m001_runs,)


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
