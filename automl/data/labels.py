"""What arrays of labels are: classes, several labels at once, or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.data.base import Skipped, Target
from automl.data.options import AUTO
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: Kind of a target -> task that it is inferred to be.
TASK_OF = {
    "class": "classification",
    "labels": "multilabel",
    "number": "regression",
    "none": "anomaly",
}
#: Whole numbers with more values than this, each of them rare, are taken for measurements.
MOST_RARE_CLASSES = 20
#: Examples that each value of a class has at least, on average.
EXAMPLES_PER_CLASS = 10
#: Other targets that are shown one by one; the rest are counted.
NO_TARGET = "its target is missing or infinite"


@dataclass(frozen=True, eq=False)
class Part:
    """The labels of one split, as they were given.

    Attributes:
        name: What messages call them, e.g. ``"y_test"``.
        values: The labels, count or count x columns.
        count: Number of examples that they belong to.
    """

    name: str
    values: np.ndarray
    count: int


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels as `automl.data.base.Target` says, split by split.

    Attributes:
        target: What they are.
        values: Labels of each part, without those that are missing.
        kept: Positions of the examples of each part that have a label; None for all.
        why: Why the task was inferred, in a few words.
        notes: What a person should know.
        skipped: Examples without a label.
    """

    target: Target
    values: tuple[np.ndarray, ...]
    kept: tuple[np.ndarray | None, ...]
    why: str
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def task(self) -> str:
        """Registry name of the task that they ask for."""
        return TASK_OF[self.target.kind]


def unlabeled(counts: Sequence[int]) -> Labels:
    """Returns the labels of examples that have none.

    Args:
        counts: Number of examples of each part.
    """
    import numpy as np

    return Labels(
        Target("none"),
        tuple(np.zeros(count, np.int64) for count in counts),
        (None,) * len(counts),
        "there are no labels",
    )


def read_labels(
    parts: Sequence[Part],
    *,
    task: str = AUTO,
    class_names: Sequence[str] | None = None,
    names: Sequence[str] = (),
) -> Labels:
    """Tells what labels are, and writes them so.

    Words and whole numbers are classes, unless the numbers have so many rare
    values that they are surely measured; numbers with fractions are to be
    predicted; columns of 0 and 1 are labels of which any number may hold, or
    classes if exactly one holds in each row.

    Args:
        parts: Labels of each split, the training split first.
        task: Registry name of the task that decides doubtful cases, or ``"auto"``.
        class_names: Name of each class when labels are indices into it.
        names: Name of each column of several labels or numbers.

    Raises:
        UserInputError: If shapes, types or values do not fit; the message names
            the array.
    """
    import numpy as np

    parts = [_plain(part) for part in parts]
    for part in parts:
        if part.values.ndim not in (1, 2) or len(part.values) != part.count:
            raise UserInputError(
                f"{part.name} must hold one label per example ({part.count})."
                f" Received: shape {part.values.shape}."
            )
        if part.values.dtype.kind not in "uifbUS":
            raise UserInputError(
                f"{part.name} must hold class labels (integers or strings) or numbers."
                f" Received: dtype {part.values.dtype}."
            )
    widths = {part.values.shape[1:] for part in parts}
    if len(widths) > 1:
        shapes = ", ".join(f"{part.name} {part.values.shape}" for part in parts)
        raise UserInputError(f"Labels of every split have as many columns. Received: {shapes}.")
    parts, kept, skipped = _with_target(parts)
    # Text and numbers together become text, as `np.concatenate` has it.
    every = np.concatenate([part.values for part in parts])
    if not len(every):
        raise UserInputError(f"{parts[0].name} must hold labels. Received: none.")
    if every.ndim == 2:
        target, values, why, notes = _columns(parts, every, task, class_names or names)
    else:
        target, values, why, notes = _single(parts, every, task, class_names, names)
    return Labels(target, tuple(values), kept, why, notes, skipped)


_Read = tuple[Target, list[Any], str, tuple[str, ...]]


def _plain(part: Part) -> Part:
    """Returns the part with a column of labels as a row, bytes and objects as text."""
    import numpy as np

    values = np.asarray(part.values)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]  # As Keras's own data sets have it.
    if values.dtype.kind == "O" and values.size:
        values = _of_objects(values)
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    if values.dtype.name in ("bfloat16", "float16"):
        values = values.astype(np.float32)
    return Part(part.name, values, part.count)


def _of_objects(values: np.ndarray) -> np.ndarray:
    """Returns objects as text, if all are, or as numbers."""
    import numpy as np

    flat = [each.decode("utf-8", "replace") if isinstance(each, bytes) else each
            for each in values.ravel().tolist()]  # fmt: skip
    if all(isinstance(each, str) for each in flat):
        return np.array(flat).reshape(values.shape)
    if all(isinstance(each, bool | int | float) or each is None for each in flat):
        numbers = [np.nan if each is None else each for each in flat]
        return np.array(numbers).reshape(values.shape)
    return values


def _with_target(
    parts: list[Part],
) -> tuple[list[Part], tuple[np.ndarray | None, ...], tuple[Skipped, ...]]:
    """Leaves out examples whose number is missing: nothing can be learned from them."""
    import numpy as np

    left: list[Part] = []
    kept: list[np.ndarray | None] = []
    skipped: list[Skipped] = []
    for part in parts:
        known = np.ones(len(part.values), bool)
        if part.values.dtype.kind == "f":
            known = np.isfinite(part.values).reshape(len(part.values), -1).all(axis=1)
        if known.all():
            left.append(part)
            kept.append(None)
            continue
        rows = np.flatnonzero(known)
        left.append(Part(part.name, part.values[rows], len(rows)))
        kept.append(rows)
        skipped += [
            Skipped(f"{part.name}[{row}]", NO_TARGET) for row in np.flatnonzero(~known).tolist()
        ]
    return left, tuple(kept), tuple(skipped)


def _single(
    parts: list[Part],
    every: np.ndarray,
    task: str,
    class_names: Sequence[str] | None,
    names: Sequence[str],
) -> _Read:
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


def _columns(parts: list[Part], every: np.ndarray, task: str, names: Sequence[str]) -> _Read:
    """Reads labels of several columns: one-hot classes, labels or numbers."""
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
