"""``.ts`` and ``.arff`` files of time series."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from automl.data.base import RawData, Source
from automl.data.options import AUTO, ReadOptions
from automl.data.series.cases import Cases
from automl.data.series.given import find, is_series
from automl.errors import UserInputError


class SeriesSource(Source):
    """Series of the UCR and UEA archives, with their given train and test files.

    Either file, or the folder that holds both, stands for the set. Series of
    several lengths are padded at their end with zeros; values that are missing
    are interpolated and counted.
    """

    name = "series"
    pattern = "NAME_TRAIN.ts"
    heeds = frozenset({"input", "task", "target", "length"})

    @classmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether `uri` is such a file, or a folder of NAME_TRAIN and NAME_TEST."""
        return is_series(uri)

    def load(self, uri: str, options: ReadOptions) -> RawData:
        """Reads the file, and the one that belongs to it.

        Args:
            uri: Path of a file or of the folder.
            options: ``input`` may say ``vector``; ``target`` names an attribute
                of an ``.arff`` file.

        Raises:
            UserInputError: If a file cannot be read; the message names the line.
        """
        from automl.data.arrays.pairs import examples_and_labels

        given = find(uri)
        train = _read(given.train, options)
        test = None if given.test is None else _read(given.test, options)
        if given.test is not None and test is not None:
            _check_alike(given.train, train, given.test, test)
        both = [train] if test is None else [train, test]
        kind = train.kind if options.input == AUTO else options.input
        raw = examples_and_labels(
            _examples(train, kind),
            train.y,
            replace(options, input=kind),
            class_names=train.class_names or None,
            test=None if test is None else (_examples(test, kind), test.y),
            columns=train.columns,
            ragged=any(cases.ragged for cases in both) if kind == "series" else None,
        )
        notes = tuple(dict.fromkeys(note for cases in both for note in cases.notes))
        files = f"{given.train.name} and {given.test.name}" if given.test else given.train.name
        return replace(raw, notes=(f"Read {files}.", *notes, *raw.notes))


def _read(path: Path, options: ReadOptions) -> Cases:
    from automl.data.series.arff import read_arff
    from automl.data.series.ts import read_ts

    if path.suffix.lower() == ".arff":
        return read_arff(path, options.target[0] if options.target else "")
    if options.target:
        raise UserInputError("--target names an attribute of an .arff file. Received: a .ts file.")
    return read_ts(path)


def _check_alike(train_file: Path, train: Cases, test_file: Path, test: Cases) -> None:
    channels = [cases.x[0].shape[1:] for cases in (train, test)]
    if channels[0] != channels[1] or train.kind != test.kind:
        raise UserInputError(
            f"{train_file} and {test_file} must have the same channels."
            f" Received: {channels[0]} and {channels[1]}."
        )
    if (train.y is None) != (test.y is None):
        raise UserInputError(f"{train_file} and {test_file} must both have labels, or neither.")


def _examples(cases: Cases, kind: str) -> Any:
    """Returns cases as they are, or series of one channel as rows of numbers."""
    import numpy as np

    if kind == "vector" and cases.kind == "series" and not cases.ragged:
        return np.stack([case.reshape(-1) for case in cases.x])
    return list(cases.x)
