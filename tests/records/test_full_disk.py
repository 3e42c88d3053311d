"""A disk without space: one clear line, nothing corrupt, and on it goes."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest

from automl.records.disk import is_disk_full
from automl.records.store import FILE_NAME, RunStore

#: Writes trials until that fails, and says how.
WRITER = """
import resource, sys
from pathlib import Path
from automl.errors import DiskFullError
from automl.records.store import RunStore
from automl.types import Trial

limit = int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
store = RunStore(Path(sys.argv[1]), create=True)
number = 0
try:
    while True:
        store.add_trial(Trial(number, {"pad": "x" * 5000}, {}, "random"))
        number += 1
except DiskFullError as error:
    print(number)
    print(error)
"""
#: The same on a file system of two megabytes, in a namespace of its own; then some space is freed.
SMALL_DISK = """
set -e
mount -t tmpfs -o size=2m tmpfs "$1"
head -c 1000000 /dev/zero > "$1/ballast"
"$2" -c "$3" "$1/run" 0
rm "$1/ballast"
"$2" -c "$4" "$1/run"
"""
AGAIN = """
import sys
from pathlib import Path
from automl.records.store import RunStore
from automl.types import Trial
with RunStore(Path(sys.argv[1])) as store:
    count = len(store.trials())
    store.add_trial(Trial(count, {"pad": "x" * 5000}, {}, "random"))
    print(count, len(store.trials()), *store._db.execute("PRAGMA integrity_check").fetchone())
"""


def python(*words):
    done = subprocess.run(
        [sys.executable, *map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_file_that_may_not_grow(tmp_path):
    count, line = python("-c", WRITER, tmp_path, 500_000)
    assert "cannot be written" in line
    assert line.endswith("free some space and give the same command again.")
    assert python("-c", AGAIN, tmp_path) == [f"{count} {int(count) + 1} ok"]


def can_mount():
    return shutil.which("unshare") is not None and not subprocess.call(
        ["unshare", "-rm", "true"], stderr=subprocess.DEVNULL
    )


@pytest.mark.skipif(not can_mount(), reason="no file system can be mounted here")
def test_a_full_file_system(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", SMALL_DISK, "sh", disk, sys.executable, WRITER, AGAIN],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    count, line, after = done.stdout.splitlines()
    assert int(count) > 20
    assert "database or disk is full" in line or "disk I/O error" in line
    assert after == f"{count} {int(count) + 1} ok"


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), True),
        (OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)), True),
        (OSError("Can't write data (errno = 28, error message = 'No space left')"), True),
        (RuntimeError("x; No space left on device [Op:SaveV2]"), True),
        (sqlite3.OperationalError("database or disk is full"), True),
        (OSError(errno.ENOENT, os.strerror(errno.ENOENT)), False),
        (sqlite3.OperationalError("database is locked"), False),
        (ValueError("a full house"), False),
    ],
)
def test_a_full_disk_is_told_from_other_failures(error, full):
    assert is_disk_full(error) is full
    wrapped = RuntimeError("it failed")
    wrapped.__cause__ = error
    assert is_disk_full(wrapped) is full


def test_what_is_written_at_once_is_written_whole_or_not_at_all(tmp_path):
    with RunStore(tmp_path, create=True) as store:
        store.set_facts({"a": 1, "b": 2})
        with pytest.raises(TypeError):
            store.set_facts({"a": 3, "b": object()})
        assert (store.fact("a"), store.fact("b")) == (1, 2)
    assert (tmp_path / FILE_NAME).is_file()


def test_an_error_that_is_its_own_cause_is_looked_through_once():
    first, second = ValueError("one"), RuntimeError("two")
    first.__cause__, second.__cause__ = second, first
    assert not is_disk_full(first)
    second.__context__ = OSError(errno.ENOSPC, "full")
    second.__cause__ = None
    assert is_disk_full(first)
