"""The file that lessons are kept in: SQLite, so that commands may write at once."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from automl.learned.lesson import Lesson

FILE_NAME = "learned.db"
#: Lessons that are kept; the oldest go first.
MOST = 500


class Shelf:
    """Lessons of finished runs, newest first.

    What is broken, foreign or of another version is passed over: it must not
    keep anybody from searching.

    Args:
        folder: Where the file is; made when something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def keep(self, run: str, lesson: Lesson) -> None:
        """Keeps what a run found, in place of what it left before.

        Args:
            run: What is the same whenever this run is finished again.
            lesson: What it found.

        Raises:
            OSError: If the file cannot be written.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._opened() as db, db:
                db.execute(
                    "CREATE TABLE IF NOT EXISTS lesson"
                    " (run TEXT PRIMARY KEY, time REAL NOT NULL, record TEXT NOT NULL)"
                )
                row = run, time.time(), json.dumps(lesson.to_dict())
                db.execute("INSERT OR REPLACE INTO lesson VALUES (?, ?, ?)", row)
                db.execute(
                    "DELETE FROM lesson WHERE run NOT IN"
                    " (SELECT run FROM lesson ORDER BY time DESC LIMIT ?)",
                    (MOST,),
                )
        except sqlite3.Error as error:
            raise OSError(f"{self._path}: {error}") from error

    def lessons(self) -> list[Lesson]:
        """Returns what can be used of what is kept, newest first."""
        if not self._path.is_file():
            return []
        try:
            with self._opened() as db:
                query = "SELECT record FROM lesson ORDER BY time DESC, run"
                texts = [text for (text,) in db.execute(query)]
        except sqlite3.Error:
            return []
        return [lesson for text in texts if (lesson := _read(text)) is not None]

    @property
    def path(self) -> Path:
        """The file, whether it exists or not."""
        return self._path

    def forget(self) -> int:
        """Removes everything; returns how many lessons there were.

        Raises:
            OSError: If it cannot be removed.
        """
        count = len(self.lessons())
        for suffix in ("", "-journal", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        return count

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=10)) as db:
            yield db


def _read(text: str) -> Lesson | None:
    try:
        record = json.loads(text)
    except (TypeError, ValueError):
        return None
    return Lesson.from_dict(record) if isinstance(record, dict) else None
