"""Reads and writes one run's `run.db`.

Rules: the driver is the only writer; every method that writes is one committed
transaction; a finished trial is never changed again; what is returned is a
frozen copy. In WAL mode a kill -9 loses at most the transaction in flight.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from automl.errors import UserInputError
from automl.records.disk import disk_full_error, is_disk_full
from automl.records.migrations import MIGRATIONS, migrate
from automl.types import (
    Artifact,
    Measures,
    Repeat,
    Rung,
    Trial,
    TrialState,
    Verification,
)

FILE_NAME = "run.db"
#: How a write begins, ends and is undone: by itself, and as one of several.
_ALONE = ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK")
_IN_BATCH = ("SAVEPOINT written", "RELEASE written", "ROLLBACK TO written")


class RunStore:
    """The records of one run.

    Args:
        folder: The run's folder; made when it is not there.
        create: Whether a store may be made where there is none.

    Raises:
        UserInputError: If there is no store and `create` is false, or the file
            is not a store or was written by a newer version.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.folder = Path(folder)
        path = self.folder / FILE_NAME
        if not create and not path.is_file():
            raise UserInputError(
                f"A run is a folder that holds {FILE_NAME}. Received: {self.folder}."
                " List the runs with: automl runs list"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        self._bulk = self._batched = False
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            migrate(self._db)
            self._check_version(path)
        except sqlite3.DatabaseError as error:
            self._db.close()
            if is_disk_full(error):
                raise disk_full_error(self.folder, error) from error
            raise UserInputError(f"{path} is not a run store: {error}.") from error

    def _check_version(self, path: Path) -> None:
        known = {step.__name__ for step in MIGRATIONS}
        newer = {name for (name,) in self._db.execute("SELECT name FROM migration")} - known
        if newer:
            self._db.close()
            raise UserInputError(
                f"{path} was written by a newer automl ({', '.join(sorted(newer))})."
                " Upgrade automl to open it."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file; the store cannot be used after it."""
        self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        if self._bulk:
            yield self._db
            return
        begin, end, undo = _IN_BATCH if self._batched else _ALONE
        try:
            if self._batched and not self._db.in_transaction:
                self._db.execute("BEGIN IMMEDIATE")
            self._db.execute(begin)
            yield self._db
            self._db.execute(end)
        except BaseException as error:
            # SQLite itself rolls back some failures, such as a full disk.
            if self._db.in_transaction:
                self._db.execute(undo)
            if is_disk_full(error):
                raise disk_full_error(self.folder, error) from error
            raise

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Commits what is written in a `with` block at its end, however that ends.

        Every write in it is whole or not at all, as without it; a kill in the middle
        of the block loses all of them.
        """
        self._batched = True
        try:
            yield
        finally:
            self._batched = False
            if self._db.in_transaction:
                self._commit()

    def _commit(self) -> None:
        try:
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            if is_disk_full(error):
                raise disk_full_error(self.folder, error) from error
            raise

    @contextmanager
    def bulk(self) -> Iterator[None]:
        """Makes one transaction of all that is written in a `with` block."""
        with self._writing():
            self._bulk = True
            try:
                yield
            finally:
                self._bulk = False

    # Facts: single values of the run, JSON by name.

    def set_fact(self, name: str, value: Any) -> None:
        """Keeps one JSON-ready value under `name`, replacing an earlier one."""
        self.set_facts({name: value})

    def set_facts(self, facts: Mapping[str, Any]) -> None:
        """Keeps several values, all of them or none."""
        rows = [(name, json.dumps(value)) for name, value in facts.items()]
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO fact VALUES (?, ?)", rows)

    def fact(self, name: str, default: Any = None) -> Any:
        """Returns the value kept under `name`, or `default`."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    # Sessions: how long the run has been worked on, over interruptions.

    def begin_session(self) -> float:
        """Starts the clock and returns the seconds that earlier sessions used."""
        used = self.seconds_used()
        now = time.time()
        with self._writing() as db:
            db.execute("INSERT INTO session (started, seen) VALUES (?, ?)", (now, now))
        return used

    def touch_session(self) -> None:
        """Notes that the newest session is still at work."""
        with self._writing() as db:
            db.execute(
                "UPDATE session SET seen = ? WHERE id = (SELECT MAX(id) FROM session)",
                (time.time(),),
            )

    def seconds_used(self) -> float:
        """Returns the seconds of all sessions up to their last sign of life."""
        (used,) = self._db.execute("SELECT TOTAL(seen - started) FROM session").fetchone()
        return float(used)

    # Trials.

    def add_trial(self, trial: Trial) -> None:
        """Writes a new proposal, before anything is done with it."""
        with self._writing() as db:
            db.execute("INSERT INTO trial VALUES (?, ?, ?, ?)", _trial_row(trial))

    def update_trial(self, trial: Trial) -> None:
        """Writes what became of a trial.

        Raises:
            ValueError: If the trial is unknown or already finished.
        """
        with self._writing() as db:
            row = db.execute("SELECT state FROM trial WHERE number = ?", (trial.number,)).fetchone()
            if row is None or TrialState(row[0]).finished:
                raise ValueError(
                    "Only a known, unfinished trial can be updated."
                    f" Received: number={trial.number}, state={row and row[0]}"
                )
            number, *rest = _trial_row(trial)
            db.execute(
                "UPDATE trial SET state = ?, score = ?, record = ? WHERE number = ?",
                (*rest, number),
            )
            if trial.state == TrialState.RUNNING:
                # Of one that goes on, what led to its last rung stays.
                db.execute(
                    "DELETE FROM epoch WHERE trial = ? AND epoch >= ?", (number, trial.epochs)
                )

    def trials(self, *states: TrialState) -> list[Trial]:
        """Returns the trials in the order of their proposal, of `states` only if given."""
        query = "SELECT record FROM trial"
        if states:
            query += f" WHERE state IN ({', '.join('?' * len(states))})"
        rows = self._db.execute(query + " ORDER BY number", [str(state) for state in states])
        return [_trial(json.loads(record)) for (record,) in rows]

    def trial(self, number: int) -> Trial | None:
        """Returns one trial, or None if there is none of that number."""
        query = "SELECT record FROM trial WHERE number = ?"
        row = self._db.execute(query, (number,)).fetchone()
        return None if row is None else _trial(json.loads(row[0]))

    def counts(self) -> dict[TrialState, int]:
        """Returns how many trials are in each state that any is in; no record is decoded."""
        rows = self._db.execute("SELECT state, COUNT(*) FROM trial GROUP BY state")
        return {TrialState(state): count for state, count in rows}

    def best_trials(self, count: int) -> list[Trial]:
        """Returns up to `count` completed trials, best score first, earlier first on ties."""
        rows = self._db.execute(
            "SELECT record FROM trial WHERE state = ? ORDER BY score DESC, number LIMIT ?",
            (str(TrialState.COMPLETED), count),
        )
        return [_trial(json.loads(record)) for (record,) in rows]

    def add_epoch(self, trial: int, epoch: int, metrics: dict[str, float]) -> None:
        """Writes the metrics of one epoch (from 0) of a running trial."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO epoch VALUES (?, ?, ?)", (trial, epoch, json.dumps(metrics))
            )

    def epochs(self, trial: int) -> list[dict[str, float]]:
        """Returns the metrics of a trial's epochs, in order."""
        rows = self._db.execute(
            "SELECT metrics FROM epoch WHERE trial = ? ORDER BY epoch", (trial,)
        )
        return [json.loads(metrics) for (metrics,) in rows]

    # Repeats: finalists trained again.

    def set_repeat(self, repeat: Repeat) -> None:
        """Writes what came of a repeat, replacing an earlier one of the same number."""
        row = repeat.trial, repeat.number, json.dumps(asdict(repeat))
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO repeat VALUES (?, ?, ?)", row)

    def repeats(self) -> list[Repeat]:
        """Returns the repeats, by trial and number."""
        rows = self._db.execute("SELECT record FROM repeat ORDER BY trial, number")
        records = [json.loads(record) for (record,) in rows]
        return [Repeat(**record | {"state": TrialState(record["state"])}) for record in records]

    # Artifacts and notes.

    def set_artifact(self, artifact: Artifact) -> None:
        """Writes an artifact, replacing the one of the same trial, format and recipe.

        Where its file is, that of no other trial is any more.
        """
        record = json.dumps(artifact.to_dict())
        reason = f"replaced by the file of trial {artifact.trial}"
        with self._writing() as db:
            if artifact.path:
                db.execute(
                    "UPDATE artifact SET record = json_set(record, '$.path', '', '$.reason', ?)"
                    " WHERE trial != ? AND json_extract(record, '$.path') = ?",
                    (reason, artifact.trial, artifact.path),
                )
            db.execute(
                "INSERT OR REPLACE INTO artifact VALUES (?, ?, ?, ?)",
                (artifact.trial, artifact.format, artifact.recipe, record),
            )

    def artifacts(self) -> list[Artifact]:
        """Returns every artifact, in the order of writing."""
        rows = self._db.execute("SELECT record FROM artifact ORDER BY rowid")
        return [_artifact(json.loads(record)) for (record,) in rows]

    def add_note(self, text: str) -> None:
        """Keeps one line about something that happened, for the report."""
        with self._writing() as db:
            db.execute("INSERT INTO note (time, text) VALUES (?, ?)", (time.time(), text))

    def notes(self) -> list[str]:
        """Returns the notes, oldest first."""
        return [text for (text,) in self._db.execute("SELECT text FROM note ORDER BY id")]


def _trial_row(trial: Trial) -> tuple[int, str, float | None, str]:
    # `asdict` copies every value in depth, which takes longer than writing them.
    record = vars(trial) | {
        "measures": vars(trial.measures) if trial.measures else None,
        "rungs": [vars(rung) for rung in trial.rungs],
    }
    return trial.number, str(trial.state), trial.score, json.dumps(record)


def _trial(record: dict[str, Any]) -> Trial:
    measures = record.pop("measures")
    state = TrialState(record.pop("state"))
    rungs = tuple(Rung(**rung) for rung in record.pop("rungs", ()))
    return Trial(
        **record,
        state=state,
        measures=Measures(**measures) if measures else None,
        rungs=rungs,
    )


def _artifact(record: dict[str, Any]) -> Artifact:
    record.pop("status")
    verifications = tuple(
        Verification.from_dict(verification) for verification in record.pop("verifications")
    )
    steps, claims = (tuple(record.pop(name, ())) for name in ("steps", "claims"))
    return Artifact(**record, verifications=verifications, steps=steps, claims=claims)
