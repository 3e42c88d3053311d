"""A list of files with what is known of each: what the readers of files start from."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from automl.data.base import TARGETS, Examples, RawData, Skipped, Target
from automl.data.labels.reading import TASK_OF
from automl.data.storage import take
from automl.errors import UserInputError
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.preprocessing.base import Encoder, Front

#: What a listing says of the split a file came in, in the order of a listing.
GIVEN_SPLITS = ("", "train", "validation", "test")


@dataclass(frozen=True)
class Listing:
    """Files and what is known of each, before any is opened.

    Files come sorted by split: those of no split or of ``train`` first, then
    ``validation``, then ``test``; `listing_of` sorts them. A reader decodes them
    in this order, drops what cannot be read with `without`, and hands the rest
    to `raw_data`.

    Attributes:
        root: Folder that the files are named from.
        files: Path of each file.
        labels: Class of each file; None where `values` say it or nothing is known.
        splits: Split that each file came in, one of `GIVEN_SPLITS`.
        class_names: Name of each class, label or number, in the order of `y`.
        skipped: What could not be used, and why.
        notes: What a person should know.
        values: 0 or 1 for each label, or the numbers, of each file; None for classes.
        kind: What is known of a file, one of `automl.data.base.TARGETS`.
        groups: A value for each file; equal ones must not be in two splits.
        why: Why `task` is asked, in a few words.
        task: Registry name of the task, where it is not the usual one of `kind`.
    """

    root: Path
    files: tuple[Path, ...]
    labels: tuple[str, ...] | None
    splits: tuple[str, ...]
    class_names: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()
    values: tuple[tuple[float, ...], ...] | None = None
    kind: str = "class"
    groups: tuple[str, ...] | None = None
    why: str = ""
    task: str = ""

    def __post_init__(self) -> None:
        if self.kind not in TARGETS:
            raise UserInputError(f"A target is one of {TARGETS}. Received: {self.kind!r}.")
        for name in ("labels", "splits", "values", "groups"):
            column = getattr(self, name)
            if column is not None and len(column) != len(self.files):
                raise UserInputError(
                    f"A listing has one entry of {name} for each file."
                    f" Received: {len(column)} for {len(self.files)} files."
                )
        wanted = {"class": "labels", "labels": "values", "number": "values", "none": None}
        if (column := wanted[self.kind]) and getattr(self, column) is None:
            raise UserInputError(f"A listing of kind {self.kind!r} needs {column}. Received: none.")
        if [_rank(split) for split in self.splits] != sorted(map(_rank, self.splits)):
            raise UserInputError("The files of a listing are sorted by split. Use `listing_of`.")

    @property
    def names(self) -> tuple[str, ...]:
        """What to call each file: its path below `root`, with ``/``."""
        return tuple(name_below(self.root, file) for file in self.files)

    @property
    def target(self) -> Target:
        """What `y` is."""
        return Target(self.kind, self.class_names)

    @property
    def y(self) -> np.ndarray:
        """What is known of each file, as `automl.data.base.Target` says, one row a file."""
        import numpy as np

        if self.kind == "none":
            return np.zeros(len(self.files), np.int64)
        if self.kind == "class":
            index = {name: position for position, name in enumerate(self.class_names)}
            return np.array([index[label] for label in self.labels or ()], np.int64)
        return np.array(self.values, np.float32).reshape(len(self.files), len(self.class_names))

    def take(self, positions: Iterable[int]) -> Self:
        """Returns the listing of some of the files, in their order; class names stay."""
        chosen = sorted(positions)

        def of(column: tuple[Any, ...] | None) -> Any:
            return None if column is None else tuple(column[at] for at in chosen)

        return replace(
            self,
            files=of(self.files),
            labels=of(self.labels),
            splits=of(self.splits),
            values=of(self.values),
            groups=of(self.groups),
        )

    def without(self, failed: dict[int, str]) -> Self:
        """Returns the listing without the files that a reader could not use.

        Classes of which nothing is left are left out too, with a note.

        Args:
            failed: Position of the file -> reason, in a few words.

        Raises:
            UserInputError: If no file is left.
        """
        if not failed:
            return self
        lost = tuple(Skipped(self.names[at], failed[at]) for at in sorted(failed))
        if len(failed) == len(self.files):
            raise UserInputError(
                f"{self.root} holds no usable file: {lost[0].where} {lost[0].reason}"
                f"{f', and {len(lost) - 1:,} more' if len(lost) > 1 else ''}."
            )
        kept = self.take(set(range(len(self.files))) - failed.keys())
        kept = replace(kept, skipped=self.skipped + lost)
        gone = sorted(set(self.labels or ()) - set(kept.labels or ()))
        if not gone or self.kind != "class":
            return kept
        return replace(
            kept,
            class_names=tuple(name for name in self.class_names if name not in gone),
            notes=(*kept.notes, f"No usable file is left of: {', '.join(gone)}."),
        )

    def raw_data(
        self,
        x: Examples,
        spec: InputSpec,
        *,
        encoder: Encoder | None = None,
        front: Front | None = None,
        notes: Sequence[str] = (),
        fit: Callable[[np.ndarray], RawData] | None = None,
    ) -> RawData:
        """Returns the decoded examples as raw data, in the splits they came in.

        Args:
            x: One row for each file, in the order of the files: an array, or
                something on disk whose slices stay on disk.
            spec: What one example is to a search space, after `front`.
            encoder: What turns a file into a row of `x`.
            front: What the exported file does first.
            notes: What a person should know, beside the notes of the listing.
            fit: As in `RawData`.

        Raises:
            UserInputError: If no file is left to train on.
        """
        import numpy as np

        y = self.y
        parts = {name: part for name, part in self.parts().items() if part.stop > part.start}

        def given(name: str) -> tuple[Examples, np.ndarray] | None:
            return (_rows(x, parts[name]), y[parts[name]]) if name in parts else None

        if "train" not in parts:
            raise UserInputError(f"{self.root} holds no usable file to train on.")
        rest = parts["train"]
        return RawData(
            x=_rows(x, rest),
            y=y[rest],
            input=spec,
            target=self.target,
            validation=given("validation"),
            test=given("test"),
            front=front,
            encoder=encoder,
            groups=None if self.groups is None else np.array(self.groups)[rest],
            task=self.task or TASK_OF[self.kind],
            why=self.why,
            notes=(*self.notes, *notes),
            skipped=self.skipped,
            fit=fit,
        )

    def parts(self) -> dict[str, slice]:
        """Returns where ``train`` (with no split), ``validation`` and ``test`` are in `files`."""
        ranks = [_rank(split) for split in self.splits]
        bounds = [sum(rank < upper for rank in ranks) for upper in range(4)]
        return {
            name: slice(bounds[at], bounds[at + 1])
            for at, name in enumerate(("train", "validation", "test"))
        }


def listing_of(
    root: Path,
    files: Sequence[Path],
    *,
    labels: Sequence[str] | None = None,
    values: Sequence[Sequence[float]] | None = None,
    kind: str = "",
    names: Sequence[str] = (),
    splits: Sequence[str] = (),
    groups: Sequence[str] | None = None,
    skipped: Sequence[Skipped] = (),
    notes: Sequence[str] = (),
    why: str = "",
    task: str = "",
) -> Listing:
    """Returns a listing, its files sorted by split and otherwise in the order given.

    Args:
        root: Folder that the files are named from.
        files: Path of each file.
        labels: Class of each file.
        values: 0 or 1 for each label, or the numbers, of each file.
        kind: One of `automl.data.base.TARGETS`; by default ``"class"`` with
            labels and ``"none"`` without.
        names: Name of each class, label or number; by default every class
            found, sorted.
        splits: Split that each file came in; by default none.
        groups: A value for each file; equal ones must not be in two splits.
        skipped: What could not be used, and why.
        notes: What a person should know.
        why: Why `task` is asked, in a few words.
        task: Registry name of the task, where it is not the usual one of `kind`.
    """
    kind = kind or ("none" if labels is None else "class")
    given = tuple(splits) or ("",) * len(files)
    order = sorted(range(len(files)), key=lambda at: _rank(given[at]))

    def of(column: Sequence[Any] | None) -> Any:
        return None if column is None else tuple(column[at] for at in order)

    rows = None if values is None else [tuple(map(float, row)) for row in values]
    return Listing(
        root=root,
        files=of(files),
        labels=of(labels),
        splits=of(given),
        class_names=tuple(names) or tuple(sorted(set(labels or ()))),
        skipped=tuple(skipped),
        notes=tuple(notes),
        values=of(rows),
        kind=kind,
        groups=of(groups),
        why=why,
        task=task,
    )


def name_below(root: Path, file: Path) -> str:
    """Returns a path below `root` with ``/``, or as it is if it is elsewhere."""
    try:
        return readable(file.relative_to(root).as_posix())
    except ValueError:
        return readable(file.as_posix())


def readable(name: str) -> str:
    """Returns a file's name with ``�`` for bytes that are no text, so that it can be shown."""
    return os.fsencode(name).decode("utf-8", "replace")


def _rank(split: str) -> int:
    """Returns where a split stands in a listing; no split stands with the training split."""
    if split not in GIVEN_SPLITS:
        raise UserInputError(f"A split is one of {GIVEN_SPLITS}. Received: {split!r}.")
    return max(0, GIVEN_SPLITS.index(split) - 1)


def _rows(x: Examples, part: slice) -> Any:
    """Returns some rows of x; those on disk stay there, and an array is not copied."""
    import numpy as np

    if (part.start, part.stop) == (0, len(x)):
        return x
    return x[part] if isinstance(x, np.ndarray) else take(x, np.arange(part.start, part.stop))
