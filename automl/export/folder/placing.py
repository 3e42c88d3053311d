"""Files put in place whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Begins the name of the folder that files are written in first.
_FRESH = ".writing-"


@contextmanager
def files_for(folder: Path, last: str = "") -> Iterator[Path]:
    """Gives a folder to write files into; at the end each is moved to `folder`.

    If writing fails (a full disk, an interruption), nothing in `folder` has
    changed. Each move is atomic, so that a reader sees an old file or a new one.

    Args:
        folder: Where the files go; it exists.
        last: Name of the file that is moved after all others: what lists them.
    """
    for left in folder.glob(f"{_FRESH}*"):  # By a process that was killed.
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_FRESH) as name:
        fresh = Path(name)
        yield fresh
        written = sorted(fresh.iterdir(), key=lambda file: (file.name == last, file.name))
        for file in written:
            keep(file)
        for file in written:
            os.replace(file, folder / file.name)
    keep(folder)


def place_folder(staged: Path, target: Path) -> None:
    """Moves a finished folder to its place, in one step where there was none.

    What was there before is moved aside first and back if the move fails, so
    that the place never holds a part of either.
    """
    for file in sorted(staged.rglob("*")):
        keep(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.old")
    shutil.rmtree(aside, ignore_errors=True)
    there = target.exists()
    if there:
        os.replace(target, aside)
    try:
        os.replace(staged, target)
    except OSError:
        if there:
            os.replace(aside, target)
        raise
    keep(target.parent)
    shutil.rmtree(aside, ignore_errors=True)


def keep(path: Path) -> None:
    """Has the system write a file or a folder's list of names to the disk."""
    # Some file systems refuse this for folders; the order of renames stays.
    with suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
