"""Arrays that are known by name, as in an ``.npz`` file or a dictionary."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from automl.data.arrays.pairs import NO_OPTIONS, Pair, examples_and_labels
from automl.data.base import RawData
from automl.data.options import AUTO, ReadOptions
from automl.errors import UserInputError

#: Names of the splits' arrays in files and dictionaries: x_train, y_val, ...
SUFFIXES = {
    "train": ("", "_train"),
    "validation": ("_val", "_valid", "_validation"),
    "test": ("_test",),
}


def from_named(arrays: Mapping[str, Any], where: str, options: ReadOptions = NO_OPTIONS) -> RawData:
    """Describes arrays that are known by name, as in an ``.npz`` file.

    Args:
        arrays: ``x`` and ``y``, or ``x_train`` and ``y_train``; optionally
            ``x_val``, ``x_valid`` or ``x_validation`` with its y, ``x_test`` and
            ``y_test``, ``class_names`` and ``groups``.
        where: What messages call the whole.
        options: As of `examples_and_labels`; ``target`` names another array
            than y, ``group`` another than groups.

    Raises:
        UserInputError: If an array is missing or does not fit.
    """
    if len(options.target) > 1:
        raise UserInputError(f"--target names one array. Received: {', '.join(options.target)}.")
    target = options.target[0] if options.target else "y"
    pairs = {split: _pair(arrays, split, target) for split in SUFFIXES}
    known = ", ".join(map(str, arrays)) or "none"
    pair = pairs["train"]
    if pair is None:
        raise UserInputError(
            f"{where} must hold arrays x and y (or x_train and y_train). Received: {known}."
        )
    labeled = {split for split, each in pairs.items() if each is not None and each[1] is not None}
    if options.target and "train" not in labeled:
        raise UserInputError(f"{where} must hold the array {target!r}. Received: {known}.")
    for split, each in pairs.items():
        if each is not None and (split in labeled) != ("train" in labeled):
            name = SUFFIXES[split][-1]
            raise UserInputError(
                f"{where} must hold both x{name} and y{name}, or neither. Received: {known}."
            )
    for name in ("val", "valid", "validation", "test"):
        if f"{target}_{name}" in arrays and f"x_{name}" not in arrays:
            raise UserInputError(
                f"{where} must hold both x_{name} and {target}_{name}, or neither."
                f" Received: {known}."
            )
    if "train" not in labeled and options.task == AUTO:
        _check_no_labels(arrays, where)
    if options.group and options.group not in arrays:
        raise UserInputError(f"{where} must hold the array {options.group!r}. Received: {known}.")
    return examples_and_labels(
        *pair,
        options,
        class_names=_strings(arrays, "class_names"),
        validation=pairs["validation"],
        test=pairs["test"],
        groups=arrays.get(options.group or "groups"),
        columns=_strings(arrays, "feature_names") or (),
        targets=_strings(arrays, "target_names") or (),
    )


@contextmanager
def naming(uri: str) -> Iterator[None]:
    """Puts a file's name before errors that do not say it."""
    try:
        yield
    except UserInputError as error:
        if uri in str(error):
            raise
        raise UserInputError(f"{uri}: {error}") from error


def _check_no_labels(arrays: Mapping[str, Any], where: str) -> None:
    """Refuses arrays that may be labels by another name than y."""
    import numpy as np

    known = {f"x{suffix}" for suffixes in SUFFIXES.values() for suffix in suffixes}
    known |= {"class_names", "feature_names", "target_names", "groups"}
    for name, values in arrays.items():
        if name not in known and np.ndim(values):
            raise UserInputError(
                f"{where} holds x but no y. Received: {', '.join(map(str, arrays))}. Name the"
                f" labels with --target {name}, or say --task anomaly."
            )


def _pair(arrays: Mapping[str, Any], split: str, target: str) -> Pair | None:
    for suffix in SUFFIXES[split]:
        if f"x{suffix}" in arrays:
            return arrays[f"x{suffix}"], arrays.get(f"{target}{suffix}")
    return None


def _strings(arrays: Mapping[str, Any], name: str) -> list[str] | None:
    return [str(each) for each in arrays[name]] if name in arrays else None
