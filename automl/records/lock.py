"""One writer a run: a lock that the system releases however the process ends."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from automl.errors import RunLockedError

LOCK_NAME = "run.lock"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the run's lock for the length of a `with` block.

    Raises:
        RunLockedError: If another process holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK_NAME).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise RunLockedError(
                f"Only one command may work on a run. {folder} is in use by process {holder};"
                " wait for it, or choose another --out."
            ) from error
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        yield
