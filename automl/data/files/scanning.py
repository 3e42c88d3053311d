"""Walks a folder and returns its files; what nobody means to learn from is named."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from automl.data.base import Skipped
from automl.data.files.listing import readable
from automl.errors import UserInputError

#: Files and folders that file managers leave behind, in lower case.
_LEFTOVERS = frozenset(
    ("thumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "$recycle.bin", "__pycache__")
)


class Found(NamedTuple):
    """A file and where it lies; paths are slow to take apart when there are many.

    Attributes:
        path: The file.
        parts: The names of the folders below the root, and its own.
    """

    path: Path
    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        """The path below the root, as it is shown."""
        return readable("/".join(self.parts))

    @property
    def suffix(self) -> str:
        """The suffix, in lower case."""
        stem, dot, suffix = self.parts[-1].rpartition(".")
        return f"{dot}{suffix}".lower() if stem else ""


@dataclass(frozen=True)
class Scan:
    """What is below a folder.

    Attributes:
        root: The folder.
        files: Every regular file that is neither hidden nor left by a file
            manager, sorted by path.
        folders: Names of the folders from `root` to each one below it, sorted.
        skipped: What was left out, and why.
    """

    root: Path
    files: tuple[Found, ...]
    folders: tuple[tuple[str, ...], ...]
    skipped: tuple[Skipped, ...]


def scan(root: Path) -> Scan:
    """Walks a folder, links to folders included, loops left out.

    Raises:
        UserInputError: If the folder is missing or may not be read.
    """
    walk = _Walk()
    if not root.is_dir():
        raise UserInputError(f"DATA must be an existing folder. Received: {root}.")
    try:
        walk.enter(str(root), (), ())
    except OSError as error:
        raise UserInputError(f"{root} cannot be read: {error.strerror or error}.") from error
    files = sorted(walk.files, key=lambda file: file.parts)
    skipped = sorted(walk.skipped, key=lambda each: each.where)
    return Scan(root, tuple(files), tuple(sorted(walk.folders)), tuple(skipped))


class _Walk:
    """A walk under way."""

    def __init__(self) -> None:
        self.files: list[Found] = []
        self.folders: list[tuple[str, ...]] = []
        self.skipped: list[Skipped] = []

    def enter(
        self, folder: str, parts: tuple[str, ...], above: tuple[tuple[int, int], ...]
    ) -> None:
        """Reads a folder and those in it.

        Args:
            folder: Its path.
            parts: Its names from the root on.
            above: Device and inode of the folders around it.
        """
        facts = Path(folder).stat()
        around = (*above, (facts.st_dev, facts.st_ino))
        inner: list[os.DirEntry[str]] = []
        with os.scandir(folder) as entries:
            for entry in entries:
                self._sort(entry, (*parts, entry.name), around, inner)
        for entry in sorted(inner, key=lambda each: each.name):
            below = (*parts, entry.name)
            try:
                self.enter(entry.path, below, around)
            except OSError as error:
                self._skip(below, f"cannot be opened ({error.strerror or error})")
            else:
                self.folders.append(below)

    def _sort(
        self,
        entry: os.DirEntry[str],
        parts: tuple[str, ...],
        around: tuple[tuple[int, int], ...],
        inner: list[os.DirEntry[str]],
    ) -> None:
        if entry.name.startswith(".") or entry.name.lower() in _LEFTOVERS:
            self._skip(parts, "hidden, or left by a file manager")
            return
        try:
            facts = entry.stat()
        except OSError as error:
            reason = "a broken link" if entry.is_symlink() else f"{error.strerror or error}"
            self._skip(parts, reason)
            return
        if stat.S_ISDIR(facts.st_mode):
            if (facts.st_dev, facts.st_ino) in around:
                self._skip(parts, "a link to a folder around it")
            else:
                inner.append(entry)
        elif stat.S_ISREG(facts.st_mode):
            self.files.append(Found(Path(entry.path), parts))
        else:
            self._skip(parts, "no regular file")

    def _skip(self, parts: tuple[str, ...], reason: str) -> None:
        self.skipped.append(Skipped(readable("/".join(parts)), reason))
