"""What labels are taken for: classes, several labels at once, or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from automl.data.base import Target
from automl.data.labels.parts import Part
from automl.data.options import AUTO
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: Whole numbers with more values than this, each of them rare, are taken for measurements.
MOST_RARE_CLASSES = 20
#: Examples that each value of a class has at least, on average.
EXAMPLES_PER_CLASS = 10

#: What labels are, those of each part, why, and what a person should know.
Read = tuple[Target, list[Any], str, tuple[str, ...]]


def of_one_column(
    parts: list[Part],
    every: np.ndarray,
    task: str,
    class_names: Sequence[str] | None,
    names: Sequence[str],
) -> Read:
    """Reads labels of one column: classes, or numbers.

    Args:
        parts: Labels of each split.
        every: All of them.
        task: As of `automl.data.labels.reading.read_labels`.
        class_names: As of the same.
        names: As of the same.

    Raises:
        UserInputError: If the task cannot be had of them.
    """
    import numpy as np

    if every.dtype.kind == "U":
        if task == "regression":
            raise UserInputError(
                f"Regression needs numbers. Received: {parts[0].name} of words,"
                f" e.g. {str(every[0])!r}."
            )
        target, values = _classes(parts, every, class_names)
        return target, values, f"{len(target.names)} classes in {parts[0].name}", ()
    distinct = np.unique(every)
    whole = every.dtype.kind != "f" or bool((every == np.floor(every)).all())
    classes, why = _are_classes(parts[0].name, every, distinct, whole, class_names is not None)
    if task == "regression":
        classes, why = False, why if not classes else "--task says so"
    elif task in ("classification", "multilabel"):
        if not whole:
            raise UserInputError(
                f"Classification needs whole numbers or words in {parts[0].name}."
                f" Received: numbers with fractions, e.g. {_a_fraction(every):g}."
            )
        classes, why = True, why if classes else "--task says so"
    if not classes:
        target = Target("number", (names[0] if names else "y",))
        return target, [_numbers(part.values[:, None]) for part in parts], why, ()
    if every.dtype.kind == "f":
        parts = [Part(part.name, part.values.astype(np.int64), part.count) for part in parts]
        every = every.astype(np.int64)
    target, values = _classes(parts, every, class_names)
    return target, values, why, ()


def _are_classes(
    name: str, every: np.ndarray, distinct: np.ndarray, whole: bool, named: bool
) -> tuple[bool, str]:
    """Returns whether numbers in one column are classes, and why."""
    import numpy as np

    if named:
        return True, f"{len(distinct):,} classes with names in {name}"
    if every.dtype.kind == "f" and not np.isin(distinct, (0.0, 1.0)).all():
        return False, f"{name} holds {'floating-point numbers' if whole else 'fractions'}"
    if len(distinct) > MOST_RARE_CLASSES and len(every) < EXAMPLES_PER_CLASS * len(distinct):
        why = f"{name} has {len(distinct):,} different whole numbers in {len(every):,} examples"
        return False, why
    return True, f"{len(distinct):,} classes in {name}"


def of_columns(parts: list[Part], every: np.ndarray, task: str, names: Sequence[str]) -> Read:
    """Reads labels of several columns: one-hot classes, labels or numbers.

    Args:
        parts: Labels of each split, count x columns.
        every: All of them.
        task: As of `automl.data.labels.reading.read_labels`.
        names: Name of each column.

    Raises:
        UserInputError: If the task cannot be had of them.
    """
    import numpy as np

    name, width = parts[0].name, every.shape[1]
    if every.dtype.kind == "U":
        raise UserInputError(
            f"Several columns of labels must be numbers. Received: {name} of words."
        )
    binary = bool(np.isin(np.unique(every), (0, 1)).all())
    one_hot = binary and bool((every.sum(axis=1) == 1).all())
    if task == "classification" and not one_hot:
        raise UserInputError(
            f"Classification needs one class per example. Received: {name} of {width} columns,"
            f" which are not one-hot. --task multilabel takes columns of 0 and 1."
        )
    if task == "multilabel" and not binary:
        raise UserInputError(f"Several labels are columns of 0 and 1. Received: {name} of others.")
    titles = tuple(str(each) for each in names)
    if titles and len(titles) != width:
        raise UserInputError(
            f"Names must be as many as {name} has columns, {width}. Received: {len(titles)}."
        )
    if one_hot and task in (AUTO, "classification"):
        titles = titles or tuple(map(str, range(width)))
        classes: list[Any] = [part.values.argmax(axis=1).astype(np.int64) for part in parts]
        note = f"Rows of {name} are one-hot: taken as {width} classes."
        return Target("class", titles), classes, f"one-hot rows in {name}", (note,)
    numbers: list[Any] = [_numbers(part.values) for part in parts]
    if binary and task != "regression":
        titles = titles or tuple(map(str, range(width)))
        return Target("labels", titles), numbers, f"{width} columns of 0 and 1 in {name}", ()
    titles = titles or tuple(f"y{position}" for position in range(width))
    return Target("number", titles), numbers, f"{width} columns of numbers in {name}", ()


def _classes(
    parts: list[Part], every: np.ndarray, class_names: Sequence[str] | None
) -> tuple[Target, list[Any]]:
    import numpy as np

    if class_names is not None and every.dtype.kind in "uib":
        names = tuple(str(name) for name in class_names)
        if every.min() < 0 or every.max() >= len(names):
            raise UserInputError(
                f"Labels must index the {len(names)} class names."
                f" Received: labels from {every.min()} to {every.max()}."
            )
        return Target("class", names), [part.values.astype(np.int64) for part in parts]
    if class_names is not None:
        found = np.array([str(name) for name in class_names])
        strange = sorted(set(np.unique(every).tolist()) - set(found.tolist()))
        if strange:
            raise UserInputError(f"Labels must be class names. Received: {strange[0]!r}.")
        index = {name: position for position, name in enumerate(found.tolist())}
        return Target("class", tuple(found.tolist())), [
            np.array([index[label] for label in part.values.tolist()], np.int64) for part in parts
        ]
    found = np.unique(every)
    return Target("class", tuple(str(name) for name in found)), [
        np.searchsorted(found, part.values).astype(np.int64) for part in parts
    ]


def _numbers(values: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.ascontiguousarray(values, dtype=np.float32)


def _a_fraction(values: np.ndarray) -> float:
    import numpy as np

    return float(values[values != np.floor(values)][0])
