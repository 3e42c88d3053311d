"""One writer a run: a lock that the system releases however the process ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from automl.errors import RunLockedError

LOCK_NAME = "run.lock"
TRIES, PAUSE = 5, 0.05


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the run's lock for the length of a `with` block.

    Raises:
        RunLockedError: If another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_NAME).open("a+") as file:
        if not _taken(file):
            file.seek(0)
            raise RunLockedError(
                f"Only one command may work on a run. {folder} is in use by process"
                f" {file.read().strip() or 'unknown'}; wait for it, choose another --out,"
                " or help it with --join."
            )
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield


def holder(folder: Path) -> int | None:
    """Returns the process that works on a run; None if none does."""
    try:
        with (folder / LOCK_NAME).open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return int(file.read().strip() or 0)
    except (OSError, ValueError):
        pass
    return None


def _taken(file: TextIO) -> bool:
    """Takes the lock; whoever only looks at it holds it for less than the tries take."""
    for attempt in range(TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(PAUSE if attempt < TRIES - 1 else 0.0)
        else:
            return True
    return False
