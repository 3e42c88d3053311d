"""The role of a post: takes files from one machine to another."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Bytes that are in memory at a time, however large a file is.
PART = 16_000_000


@dataclass(frozen=True)
class Parcel:
    """A file on its way.

    Attributes:
        parts: What the post finds its parts by, in order.
    """

    parts: tuple[Any, ...]


class Post(ABC):
    """Sends files, part by part; the same object is used at both ends."""

    @abstractmethod
    def send(self, path: Path) -> Parcel:
        """Sends a file; it may be removed afterwards."""

    @abstractmethod
    def parts(self, parcel: Parcel) -> Iterator[bytes]:
        """Yields what a file holds, a part after the other."""

    def discard(self, parcel: Parcel) -> None:  # noqa: B027 - most have nothing to do
        """Forgets a file that nobody will ask for any more."""

    def close(self) -> None:  # noqa: B027 - most have nothing to do
        """Forgets every file that was sent from here."""

    def receive(self, parcel: Parcel, path: Path) -> None:
        """Writes a file that was sent, whole or not at all."""
        write(path, self.parts(parcel))


def read(path: Path) -> Iterator[bytes]:
    """Yields a file's parts; of an empty file an empty one."""
    with path.open("rb") as file:
        part = file.read(PART)
        yield part
        while part := file.read(PART):
            yield part


def write(path: Path, parts: Iterable[bytes]) -> None:
    """Writes a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            for part in parts:
                file.write(part)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
