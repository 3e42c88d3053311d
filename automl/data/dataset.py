"""A data set as a run uses it: read, split, described, kept on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.base import Examples, RawData, Source
from automl.data.fingerprint import fingerprint
from automl.data.heeding import check_kind, check_source, only_heeded
from automl.data.kept import SPLITS, is_kept, keep, read_split, read_summary
from automl.data.options import AUTO, DEFAULT_MEMORY, ReadOptions
from automl.data.splitting.duplicates import find_duplicates
from automl.data.splitting.given import GivenData, read_given
from automl.data.splitting.parts import Parts, Shares
from automl.data.splitting.plan import plan, what_splits_lack
from automl.data.statistics import with_numbers, with_statistics
from automl.data.storage import take
from automl.data.summary import DataSummary, count_classes
from automl.errors import UserInputError
from automl.registry import SOURCES
from search_spaces.registry import nearest

if TYPE_CHECKING:
    import numpy as np

    from automl.preprocessing.base import Part

__all__ = [
    "SPLITS",
    "DataSummary",
    "Dataset",
    "check",
    "find_source",
    "is_kept",
    "load",
    "read",
    "read_split",
    "read_summary",
    "split",
]


@dataclass(frozen=True, eq=False)
class Dataset:
    """The three splits.

    Attributes:
        splits: Split -> (raw examples, labels); examples in memory or on disk.
        summary: Its description.
        memory: Bytes of examples that a run may keep in memory.
    """

    splits: dict[str, tuple[Examples, np.ndarray]]
    summary: DataSummary
    memory: int = DEFAULT_MEMORY

    def save(self, folder: Path) -> None:
        """Writes the data to the run's folder, whole or not at all."""
        from automl.preprocessing.base import part_from

        front = part_from(self.summary.front)
        dtype = self.summary.input.dtype if front is None else front.raw_dtype
        keep(self.splits, self.summary, folder, dtype, self.memory)


def find_source(uri: str) -> Source:
    """Returns the registered source that reads `uri`.

    Raises:
        UserInputError: If none does.
    """
    patterns = []
    for name in SOURCES.names():  # Built-ins first: no plugin is imported in vain.
        cls = SOURCES.get(name)
        if cls.matches(uri):
            source: Source = cls()
            return source
        patterns.append(cls.pattern)
    if ("/" in uri or os.sep in uri) and not Path(uri).exists():
        raise UserInputError(f"DATA must exist. Received: {uri}, which is no file or folder here.")
    raise UserInputError(
        f"Unknown data {uri!r}.{nearest(uri, patterns)} DATA is one of: {', '.join(patterns)}."
    )


def load(
    uri: str,
    *,
    options: ReadOptions | None = None,
    test: float | str,
    validation: float | str,
    seed: int,
) -> Dataset:
    """Reads, checks and splits what `uri` names.

    Args:
        uri: What the user gave as DATA.
        options: How it is read.
        test: Share of all examples kept for the final test, unless the data
            brings its own test split; or other data to test on.
        validation: Share of the rest that ranks candidates, or other data.
        seed: Seeds the splits.

    Raises:
        UserInputError: If the data cannot be read or is too small to split.
    """
    options = options or ReadOptions()
    raw = read(uri, options)
    given = {
        name: read_given(name, other, raw, options, partial(read, beside=True))
        for name, other in (("validation", validation), ("test", test))
        if isinstance(other, str)
    }
    return split(
        raw,
        uri,
        find_source(uri).name,
        test=0.0 if isinstance(test, str) else test,
        validation=0.0 if isinstance(validation, str) else validation,
        seed=seed,
        memory=options.memory,
        task=options.task,
        given=given,
    )


def split(
    raw: RawData,
    uri: str,
    source: str,
    *,
    test: float,
    validation: float,
    seed: int,
    memory: int = DEFAULT_MEMORY,
    task: str = AUTO,
    given: Mapping[str, GivenData] | None = None,
) -> Dataset:
    """Splits raw data and describes it.

    By time or by group where the data says so, else stratified; a split that
    came with the data is taken as it is. Whatever is fitted, is on training
    examples alone. Training examples that are in another split too are left out.

    Args:
        raw: What a source delivered.
        uri: What the user gave as DATA.
        source: Registry name of the source.
        test: Share of all examples kept for the final test.
        validation: Share of the rest that ranks candidates.
        seed: Seeds the splits.
        memory: Bytes of examples that a run may keep in memory.
        task: What is asked of the data; ``"auto"`` for what the source inferred.
        given: Split -> other data that the user named for it.

    Raises:
        UserInputError: If there is too little to split.
    """
    asked = raw.task if task == AUTO else task
    given = dict(given or {})
    brought = {"validation": raw.validation, "test": raw.test}
    shares = Shares(
        *(
            0.0 if name in given or brought[name] is not None else share
            for name, share in (("validation", validation), ("test", test))
        )
    )
    parts = plan(raw, shares, seed, asked)
    fitted = _fitted(raw, parts.train)
    splits = _splits(fitted, parts, given)
    notes = [*fitted.notes, *parts.notes]
    for name, each in given.items():
        notes += each.notes
        if brought[name] is not None:
            notes.append(f"The {name} split that came with the data is left out: {each.uri} is it.")
    if not _overlaps(fitted):
        duplicates = find_duplicates(splits, fitted.target)
        notes += duplicates.notes
        if duplicates.removed.any():
            parts = replace(parts, train=parts.train[~duplicates.removed])
            # What was fitted has seen the copies, that is: examples of the other splits.
            fitted = _fitted(raw, parts.train)
            splits = _splits(fitted, parts, given)
    notes += what_splits_lack({name: y for name, (_, y) in splits.items()}, fitted.target, asked)
    front, encoder = _record(fitted.front), _record(fitted.encoder)
    x, y = splits["train"]
    summary = DataSummary(
        uri=uri,
        source=source,
        input=with_statistics(fitted.input, x, fitted.front),
        target=with_numbers(fitted.target, y, ordered=fitted.ordered),
        counts={name: len(labels) for name, (_, labels) in splits.items()},
        fingerprint=fingerprint(splits, fitted.target, front, encoder),
        notes=tuple(dict.fromkeys(notes)),
        skipped=fitted.skipped + tuple(one for each in given.values() for one in each.raw.skipped),
        front=front,
        encoder=encoder,
        ordered=fitted.ordered,
        task=fitted.task,
        why=fitted.why,
        class_counts=count_classes({name: y for name, (_, y) in splits.items()}, fitted.target),
    )
    return Dataset(splits, summary, memory)


def check(uri: str, options: ReadOptions) -> Source:
    """Returns what reads `uri`, once all that can be seen at once is right.

    Imports nothing heavy.

    Args:
        uri: A name or path, as the user gave it.
        options: How it is to be read.

    Raises:
        UserInputError: If nothing reads it, or an option is wrong.
    """
    source = find_source(uri)
    check_source(options, source.heeds, uri, source.pattern)
    source.check(uri, options)
    return source


def read(uri: str, options: ReadOptions, *, beside: bool = False) -> RawData:
    """Reads what `uri` names, not yet split, and refuses options that it would ignore.

    Args:
        uri: A name or path, as the user gave it.
        options: How it is read.
        beside: Whether the options were said of other data: those that this
            data does not know are then left out.

    Raises:
        UserInputError: If it cannot be read, or would ignore an option.
    """
    if beside:
        source = find_source(uri)
        return source.load(uri, only_heeded(options, source.heeds))
    raw = check(uri, options).load(uri, options)
    check_kind(raw, options, uri)
    return raw


def _fitted(raw: RawData, train: np.ndarray) -> RawData:
    """Returns the data with everything fitted on the training examples."""
    import numpy as np

    fitted = raw if raw.fit is None else raw.fit(np.sort(train))
    if len(fitted.x) != len(raw.y):
        raise ValueError(f"`fit` must keep every example: {len(raw.y)} became {len(fitted.x)}.")
    # What is made anew from training rows may not know what was skipped before.
    skipped = tuple(dict.fromkeys((*raw.skipped, *fitted.skipped)))
    return replace(fitted, skipped=skipped)


def _splits(
    data: RawData, parts: Parts, given: Mapping[str, GivenData]
) -> dict[str, tuple[Examples, np.ndarray]]:
    brought = {"validation": data.validation, "test": data.test}
    found: dict[str, tuple[Examples, np.ndarray]] = {
        "train": (take(data.x, parts.train), data.y[parts.train])
    }
    for name, positions in (("validation", parts.validation), ("test", parts.test)):
        own = brought[name]
        if name in given:
            found[name] = given[name].examples(data)
        elif own is not None:
            found[name] = own
        elif positions is not None:
            found[name] = (take(data.x, positions), data.y[positions])
    return found


def _record(part: Part | None) -> dict[str, Any] | None:
    """Returns a part as it will be read back: JSON knows lists, not tuples."""
    record: dict[str, Any] | None = None
    if part is not None:
        record = json.loads(json.dumps(part.to_dict()))
    return record


def _overlaps(data: RawData) -> bool:
    """Returns whether examples share data by design, as windows of one series do."""
    return data.overlap > 0 or any(data.target.steps)
