"""What is to be learned of a table: which columns, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.data.base import Skipped, Target
from automl.data.labels.parts import NO_TARGET
from automl.data.labels.reading import TASK_OF
from automl.data.options import AUTO, ReadOptions
from automl.data.tables.cells import Cells, written
from automl.data.tables.header import listed
from automl.data.tables.inference import Found
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: What a column to be learned is called where nobody says, in lower case.
NAMES = ("target", "label", "class", "y")
#: Whole numbers of more different values than this are measured, not classes.
_MOST_CLASSES = 20
#: Rows that each of the whole numbers has on average where they are classes.
_ROWS_PER_CLASS = 5
#: Share of different words among the rows above which they are names, not classes.
_MOST_DIFFERENT = 0.5
_NUMERIC = 0.95
#: What several labels in one cell are separated by.
_SEPARATORS = ("|", ";", ",")
_TRUE, _FALSE = ("true", "yes"), ("false", "no")


@dataclass(frozen=True, eq=False)
class Learned:
    """What is known of each row that can be used.

    Attributes:
        target: What `y` is.
        y: Of each row kept, as `Target` says.
        kept: Position of the rows that have a target.
        why: Why the task was inferred, in a few words.
        skipped: The other rows.
    """

    target: Target
    y: np.ndarray
    kept: np.ndarray
    why: str
    skipped: tuple[Skipped, ...] = ()

    @property
    def task(self) -> str:
        """Registry name of the task that they ask for."""
        return TASK_OF[self.target.kind]


def target_columns(
    names: Sequence[str], found: Mapping[str, Found], options: ReadOptions
) -> tuple[tuple[str, ...], str]:
    """Returns the columns to be learned, and why these; none for anomalies without one.

    Args:
        names: Name of each column of the table.
        found: What each column was found to be.
        options: ``target`` and ``task`` say more.

    Raises:
        UserInputError: If no column can be learned.
    """
    if options.target:
        return tuple(dict.fromkeys(options.target)), ""
    free = [name for name in names if name not in (options.time_column, options.group)]
    for wanted in NAMES:
        for name in free:
            if name.strip().lower() == wanted and found[name].reason != "as --column says":
                return (name,), f"the column is called {name!r}"
    if options.task == "anomaly":
        return (), ""
    usable = [name for name in free if found[name].type in ("number", "category")]
    if options.task in ("forecasting", "regression"):
        usable = [name for name in usable if found[name].type == "number"]
    if not usable:
        raise UserInputError(
            "A table needs a column to learn. Received: none of numbers or categories among"
            f" {listed(names)}. Name one with --target."
        )
    return (usable[-1],), f"{usable[-1]!r} is the last column that can be learned, and no --target"


def read_targets(
    columns: Sequence[Cells], places: Sequence[str], decimal: str, options: ReadOptions
) -> Learned:
    """Returns what is to be learned.

    Args:
        columns: The columns to be learned; none where nothing is known of a row.
        places: Where each row is.
        decimal: Decimal mark of numbers in text.
        options: ``task`` and ``columns`` decide doubtful cases.

    Raises:
        UserInputError: If a column holds nothing that can be learned.
    """
    import numpy as np

    if not columns:
        rows = np.arange(len(places))
        return Learned(Target("none"), np.zeros(len(rows), np.int64), rows, "there is no target")
    if len(columns) > 1:
        return _several(columns, places, decimal, options)
    (cells,) = columns
    if cells.kind == "date":
        raise UserInputError(
            f"A column to be learned holds numbers or classes. Received: {cells.name!r} of dates."
        )
    if options.task == "multilabel":
        return _tags(cells, places)
    said = options.columns.get(cells.name, "")
    numbers = cells.numbers(decimal)
    numeric = np.isfinite(numbers).sum() >= _NUMERIC * max(1, cells.known.sum())
    if said == "category" or (not numeric and said != "number"):
        return _classes(cells, places, options.task, said)
    known = np.isfinite(numbers)
    if not known.any():
        raise _nothing(cells.name)
    distinct = np.unique(numbers[known])
    classes, why = _are_classes(cells.name, distinct, int(known.sum()), options.task, said)
    if not classes:
        kept, skipped = _kept(known, places)
        y = numbers[kept, None].astype(np.float32)
        return Learned(Target("number", (cells.name,)), y, kept, why, skipped)
    _check_classes(cells.name, len(distinct))
    kept, skipped = _kept(known, places)
    y = np.searchsorted(distinct, numbers[kept]).astype(np.int64)
    return Learned(Target("class", tuple(map(written, distinct))), y, kept, why, skipped)


def _are_classes(
    name: str, distinct: np.ndarray, count: int, task: str, said: str
) -> tuple[bool, str]:
    """Returns whether numbers are classes, and why."""
    import numpy as np

    whole = bool((distinct == np.floor(distinct)).all())
    few = len(distinct) <= _MOST_CLASSES and count >= _ROWS_PER_CLASS * len(distinct)
    classes = len(distinct) <= 2 or (whole and few)
    why = f"{len(distinct):,} different {'values' if classes else 'numbers'} in column {name!r}"
    if said == "number":
        return False, f"--column says that {name!r} holds numbers"
    if task in ("regression", "forecasting"):
        return False, f"{why}, and --task" if classes else why
    if task in ("classification", "anomaly"):
        return True, why if classes else f"{why}, and --task"
    return classes, why


def _classes(cells: Cells, places: Sequence[str], task: str, said: str) -> Learned:
    import numpy as np

    if task in ("regression", "forecasting"):
        raise UserInputError(
            f"{task.capitalize()} needs numbers. Received: column {cells.name!r} of words,"
            f" e.g. {cells.texts[0]!r}."
            if cells.texts
            else f"{task.capitalize()} needs numbers. Received: an empty column {cells.name!r}."
        )
    cells = cells.categories()
    kept, skipped = _kept(cells.known, places)
    if not len(kept):
        raise _nothing(cells.name)
    used = sorted({cells.texts[code] for code in np.unique(cells.codes[kept])})
    _check_classes(cells.name, len(used))
    if len(used) > max(_MOST_CLASSES, _MOST_DIFFERENT * len(kept)):
        raise UserInputError(
            f"A column to be learned repeats its values. Received: {cells.name!r} with"
            f" {len(used):,} different words in {len(kept):,} rows. Name another with --target."
        )
    place = {text: position for position, text in enumerate(used)}
    moved = np.array([place.get(text, -1) for text in cells.texts], np.int64)
    why = f"{len(used):,} different words in column {cells.name!r}"
    if said:
        why = f"{len(used):,} categories in column {cells.name!r}"
    return Learned(Target("class", tuple(used)), moved[cells.codes[kept]], kept, why, skipped)


def _tags(cells: Cells, places: Sequence[str]) -> Learned:
    """Returns the labels that each cell lists, as in ``drama|crime``."""
    import numpy as np

    cells = cells.categories()
    mark = max(_SEPARATORS, key=lambda each: sum(each in text for text in cells.texts))
    tags = [{tag.strip() for tag in text.split(mark)} - {""} for text in cells.texts]
    names = sorted(set().union(*tags))
    if len(names) < 2:
        raise UserInputError(
            f"Several labels in a cell are separated by {' or '.join(_SEPARATORS)}. Received:"
            f" column {cells.name!r} with {len(names)} label{'s'[: len(names) != 1]}."
        )
    table = np.array([[name in each for name in names] for each in tags], np.float32)
    kept, skipped = _kept(cells.known, places)
    why = f"{len(names):,} labels in column {cells.name!r}, separated by {mark!r}"
    return Learned(Target("labels", tuple(names)), table[cells.codes[kept]], kept, why, skipped)


def _several(
    columns: Sequence[Cells], places: Sequence[str], decimal: str, options: ReadOptions
) -> Learned:
    import numpy as np

    if options.task in ("classification", "anomaly"):
        raise UserInputError(
            f"{options.task.capitalize()} learns one column."
            f" Received: {len(columns)} with --target."
        )
    names = tuple(cells.name for cells in columns)
    numbers = np.stack([_of_several(cells, decimal) for cells in columns], axis=1)
    known = np.isfinite(numbers).all(axis=1)
    kept, skipped = _kept(known, places)
    if not len(kept):
        raise _nothing(", ".join(names))
    y = numbers[kept].astype(np.float32)
    binary = bool(np.isin(y, (0, 1)).all())
    if binary and options.task in (AUTO, "multilabel"):
        why = f"{len(names)} target columns of 0 and 1"
        return Learned(Target("labels", names), y, kept, why, skipped)
    if options.task == "multilabel":
        raise UserInputError(
            f"Several labels are columns of 0 and 1. Received: other numbers in {listed(names)}."
        )
    why = f"{len(names)} target columns of numbers"
    return Learned(Target("number", names), y, kept, why, skipped)


def _of_several(cells: Cells, decimal: str) -> np.ndarray:
    """Returns one of several targets as numbers: true and yes are 1, false and no are 0."""
    import numpy as np

    words = {text.lower() for text in cells.texts}
    if cells.kind == "text" and words and words <= {*_TRUE, *_FALSE}:
        values = [float(text.lower() in _TRUE) for text in cells.texts]
        found: np.ndarray = np.array([*values, np.nan])[cells.codes]
        return found
    numbers = cells.numbers(decimal)
    if np.isfinite(numbers).sum() < _NUMERIC * cells.known.sum():
        raise UserInputError(
            f"Several --target columns are numbers, or labels of 0 and 1. Received: {cells.name!r}"
            f" of words, e.g. {cells.categories().texts[0]!r}."
        )
    return numbers


def _kept(known: np.ndarray, places: Sequence[str]) -> tuple[np.ndarray, tuple[Skipped, ...]]:
    import numpy as np

    lost = np.flatnonzero(~known).tolist()
    return np.flatnonzero(known), tuple(Skipped(places[row], NO_TARGET) for row in lost)


def _check_classes(name: str, count: int) -> None:
    if count < 2:
        raise UserInputError(
            f"Classification needs at least 2 classes. Received: column {name!r} with the same"
            " value in every row. Name another with --target."
        )


def _nothing(name: str) -> UserInputError:
    return UserInputError(
        f"A column to be learned holds something. Received: {name!r}, which is empty."
        " Name another with --target."
    )
