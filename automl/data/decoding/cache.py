"""Decoded files, kept for the next run in the user's cache: bounded, whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl.errors import UserInputError
from automl.verify.tfjs_node.install import cache_root

#: Changes whenever decoding gives other values, so that nothing old is taken.
FORMAT = 2
#: Bytes that are kept in all; what was not used for longest goes first.
LIMIT = 10_000_000_000
EXAMPLES, FACTS = "x.npy", "facts.json"
#: Seconds after which what an interrupted run left half-written is removed.
_ABANDONED_S = 86_400.0
_TEMPORARY = ".tmp-"
#: Where the first versions kept decoded pictures, which nothing reads any more.
_FORMER = "images"


@dataclass(frozen=True)
class Entry:
    """Decoded examples and what is known of them.

    Attributes:
        examples: The ``.npy`` file.
        facts: What was written beside it, JSON-ready.
    """

    examples: Path
    facts: dict[str, Any]


def folder() -> Path:
    """Returns where decoded files are kept."""
    return cache_root() / "decoded"


def key_of(files: Iterable[Path], settings: dict[str, Any]) -> str:
    """Returns a key that changes with any file's path, size or time of change, and the settings."""
    digest = hashlib.sha256(json.dumps([FORMAT, settings], sort_keys=True).encode())
    for file in files:
        try:
            facts = file.stat()
            said = f"{facts.st_size} {facts.st_mtime_ns}"
        except OSError as error:
            said = type(error).__name__
        digest.update(os.fsencode(file.absolute()) + b"\0" + said.encode() + b"\0")
    return digest.hexdigest()[:32]


def find(key: str) -> Entry | None:
    """Returns what was kept under a key, or None; a damaged entry is removed."""
    from automl.data.storage import StoredExamples

    place = folder() / key
    if not place.exists():
        return None
    try:
        facts = json.loads((place / FACTS).read_text(encoding="utf-8"))
        if len(StoredExamples(place / EXAMPLES)) != facts["count"]:
            raise ValueError("another number of examples")
        os.utime(place)  # Used now: it goes last.
    except (OSError, ValueError, TypeError, KeyError, UserInputError):
        shutil.rmtree(place, ignore_errors=True)
        return None
    return Entry(place / EXAMPLES, facts)


@contextlib.contextmanager
def making(key: str, what: str) -> Iterator[Path]:
    """Gives a folder to write an entry in; it takes its place when the block ends well.

    Args:
        key: What the entry is found by.
        what: What messages call the files, e.g. ``"sounds"``.

    Raises:
        UserInputError: If the disk is full.
    """
    parent = _writable(what)
    place = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=parent))
    try:
        yield place
        final = parent / key
        with contextlib.suppress(OSError):  # Another run made the same: ours is not needed.
            os.replace(place, final)
        _trim(parent, kept=final)
        _clear(parent.parent / _FORMER)
    except OSError as error:
        raise UserInputError(
            f"Decoded {what} cannot be written to {parent}: {error.strerror or error}."
            " Make room, or name another folder in AUTOML_CACHE."
        ) from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def write_facts(place: Path, facts: dict[str, Any]) -> None:
    """Writes what is known of an entry's examples; ``count`` must be among it."""
    (place / FACTS).write_text(json.dumps(facts), encoding="utf-8")


def _writable(what: str) -> Path:
    parent = folder()
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserInputError(
            f"Decoded {what} are kept in {parent}, which cannot be made:"
            f" {error.strerror or error}. Name another folder in AUTOML_CACHE."
        ) from error
    return parent


def _clear(former: Path) -> None:
    """Removes what the first versions left; anything else in a folder of that name stays."""
    for place in former.glob("*") if former.is_dir() else ():
        if re.fullmatch("[0-9a-f]{32}", place.name) and (place / FACTS).is_file():
            shutil.rmtree(place, ignore_errors=True)
    with contextlib.suppress(OSError):  # It is not there, or holds something else.
        former.rmdir()


def _trim(parent: Path, kept: Path) -> None:
    """Removes what was not used for longest until the rest is within the limit."""
    entries: list[tuple[float, int, Path]] = []
    for path in parent.iterdir():
        try:
            changed = path.stat().st_mtime
            if path.name.startswith(_TEMPORARY):
                if time.time() - changed > _ABANDONED_S:
                    shutil.rmtree(path, ignore_errors=True)
                continue
            size = sum(file.stat().st_size for file in path.iterdir())
        except OSError:
            continue  # Another run is just removing it.
        entries.append((changed, size, path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= LIMIT:
            return
        if path != kept:
            shutil.rmtree(path, ignore_errors=True)
            total -= size
