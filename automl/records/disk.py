"""Tells a full disk from other failures, however it is reported."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from automl.errors import DiskFullError

#: No space, no quota, or a limit on the size of one file.
_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
#: What libraries that lose the number say instead (HDF5, TensorFlow, SQLite).
_WORDS = (
    "no space left on device",
    "disk quota exceeded",
    "file too large",
    "database or disk is full",
    "errno = 28",
    "errno = 122",
    "errno = 27",
)


def is_disk_full(error: BaseException) -> bool:
    """Returns whether an exception, or what caused it, is a disk without space."""
    seen: BaseException | None = error
    known: set[int] = set()
    # TensorFlow's converter raises errors that are, in the end, their own cause.
    while seen is not None and id(seen) not in known:
        known.add(id(seen))
        if isinstance(seen, OSError) and seen.errno in _ERRNOS:
            return True
        # A file that may not grow is an I/O error to SQLite.
        if isinstance(seen, sqlite3.OperationalError) and "disk I/O error" in str(seen):
            return True
        if says_disk_full(str(seen)):
            return True
        seen = seen.__cause__ or seen.__context__
    return False


def says_disk_full(text: str) -> bool:
    """Returns whether a message speaks of a disk without space."""
    lower = text.lower()
    return any(words in lower for words in _WORDS)


def disk_full_error(folder: Path, error: BaseException) -> DiskFullError:
    """Returns the one line that a person gets to read.

    Args:
        folder: The run's folder.
        error: What was raised.
    """
    path = getattr(error, "filename", None) or folder
    reason = getattr(error, "strerror", None) or str(error).strip().partition("\n")[0]
    return DiskFullError(
        f"{path} cannot be written: {reason}. Everything finished is kept; free some space"
        " and give the same command again."
    )
