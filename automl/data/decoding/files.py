"""Decoding of many files of one kind: from the cache, or once into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from automl.data.base import Examples
from automl.data.decoding import cache
from automl.data.decoding.cores import Cores
from automl.data.files.listing import Listing
from automl.data.options import ReadOptions
from automl.data.storage import StoredExamples
from automl.errors import UserInputError

T = TypeVar("T")


class UnreadableError(Exception):
    """A file that gives no example; its text says why in a few words."""


@dataclass(frozen=True, eq=False)
class Decoder:
    """The files of one kind while they are decoded.

    Attributes:
        listing: The files.
        options: How they are read; is told how far that is.
        what: What messages call them, e.g. ``"sounds"``.
        pool: The cores.
        place: Folder to write the decoded examples in.
        failed: Position of a file -> why it could not be read; grows.
    """

    listing: Listing
    options: ReadOptions
    what: str
    pool: Cores
    place: Path
    failed: dict[int, str] = field(default_factory=dict)

    def each(
        self,
        read: Callable[[Path], T],
        positions: Sequence[int],
        step: int,
        what: str = "",
    ) -> Iterator[list[tuple[int, T]]]:
        """Yields what a function makes of files, in their order, `step` files at a time.

        Files for which it raises `UnreadableError` are left out and kept in `failed`.

        Args:
            read: Is given a file.
            positions: Which files.
            step: Files that one core reads before it hands them over.
            what: What progress counts; by default the files.
        """

        def outcome(position: int) -> T | UnreadableError:
            try:
                return read(self.listing.files[position])
            except UnreadableError as error:
                return error

        done = 0
        for part, outcomes in self.pool.in_order(outcome, positions, step):
            good = []
            for position, result in zip(part, outcomes, strict=True):
                if isinstance(result, UnreadableError):
                    self.failed[position] = str(result)
                else:
                    good.append((position, result))
            done += len(part)
            yield good
            self.options.report(done, len(positions), what or self.what)

    def headers(self, read: Callable[[Path], T], step: int) -> dict[int, T]:
        """Returns the header of each file that has one, by position.

        Raises:
            UserInputError: If none has.
        """
        found: dict[int, T] = {}
        for good in self.each(
            read, range(len(self.listing.files)), step, f"headers of {self.what}"
        ):
            found |= dict(good)
        if not found:
            self.listing.without(self.failed)  # It says so.
        return found


@dataclass(frozen=True, eq=False)
class Decoded:
    """Decoded files.

    Attributes:
        listing: Those that could be read.
        x: An example of each: in memory, or on disk where that is too much.
        facts: What was found out when they were decoded.
        notes: What a person should know of where they are.
    """

    listing: Listing
    x: Examples
    facts: dict[str, Any]
    notes: tuple[str, ...]


def decoded(
    listing: Listing,
    options: ReadOptions,
    what: str,
    settings: dict[str, Any],
    decode: Callable[[Decoder], tuple[int, dict[str, Any]]],
    quiet: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Decoded:
    """Returns decoded files, from the cache where nothing has changed.

    Args:
        listing: The files; those that cannot be read are skipped.
        options: ``memory`` is heeded.
        what: What messages call the files, e.g. ``"sounds"``.
        settings: What decides how they are decoded, beside the files, JSON-ready.
        decode: Writes ``cache.EXAMPLES`` into the decoder's place; returns how
            many examples there are, and what else is to be kept, JSON-ready.
        quiet: Silences what the libraries that decode print.

    Raises:
        UserInputError: If no file can be read, or the cache cannot be written.
    """
    key = cache.key_of(listing.files, {**settings, "files": what})
    entry = cache.find(key)
    if entry is None:
        with cache.making(key, what) as place, Cores() as pool, quiet():
            decoder = Decoder(listing, options, what, pool, place)
            count, facts = decode(decoder)
            if not count:
                listing.without(decoder.failed)  # It says so.
            failed = {str(at): decoder.failed[at] for at in sorted(decoder.failed)}
            cache.write_facts(place, {**facts, "count": count, "failed": failed})
        entry = cache.find(key)
    else:
        options.report(len(listing.files), len(listing.files), what)
    if entry is None:
        raise UserInputError(
            f"Decoded {what} vanished from {cache.folder()} as soon as they were written. Name"
            " another folder in AUTOML_CACHE."
        )
    kept = listing.without({int(at): reason for at, reason in entry.facts["failed"].items()})
    stored = StoredExamples(entry.examples, memory=max(options.memory, 1))
    if stored.nbytes <= options.memory:
        return Decoded(kept, stored[:], entry.facts, ())
    note = (
        f"Decoded {what} take {stored.nbytes / 1e6:,.0f} MB, more than the"
        f" {options.memory / 1e6:,.0f} MB that may be kept in memory: they stay on disk."
    )
    return Decoded(kept, stored, entry.facts, (note,))
