"""What is learned from the columns of ``labels.csv``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.data.base import Skipped
from automl.data.files.labels_file import Table
from automl.data.labels.parts import Part
from automl.data.labels.reading import read_labels
from automl.data.options import AUTO, ReadOptions
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: What several labels in one cell are separated by.
_SEPARATORS = (";", "|")
#: Type that ``--column`` gives what is learned -> the task that this asks for.
TASK_OF_TYPE = {"number": "regression", "category": "classification"}


class LearnedColumns:
    """What the columns to be learned hold: labels or values of the rows that have any.

    Attributes:
        kind: One of `automl.data.base.TARGETS`.
        names: Name of each class, label or number.
        labels: Class of each kept row, or None.
        values: Numbers of each kept row, or None.
        kept: Positions of the rows that have a label.
        lost: Positions of the others.
        skipped: The same, for a person.
        why: What says so, in a few words.
    """

    def __init__(self, table: Table, targets: tuple[str, ...], options: ReadOptions) -> None:
        self.labels: list[str] | None = None
        self.values: list[list[float]] | None = None
        called = " and ".join(repr(name) for name in targets)
        self.place = f"column{'s' * (len(targets) > 1)} {called} of {table.path.name}"
        cells = [table.column(name) for name in targets]
        several = len(targets) == 1 and _has_several(cells[0], options.task)
        rows = range(len(table.rows))
        # A file without any of several labels is one that none of them fits.
        self.kept = [at for at in rows if several or all(column[at] for column in cells)]
        self.lost = sorted(set(rows) - set(self.kept))
        if not self.kept:
            raise UserInputError(f"{self.place} must hold labels. Received: empty cells only.")
        columns = [[column[at] for at in self.kept] for column in cells]
        if several:
            self._read_sets(columns[0])
        else:
            self._read(columns, targets, options)
        self.skipped = [
            Skipped(f"{table.path.name} line {table.rows[at][0]}", "has no label")
            for at in self.lost
        ]

    def _read_sets(self, cells: list[str]) -> None:
        """Reads ``red;round``: any number of labels in one cell."""
        separator = next((each for each in _SEPARATORS if any(each in c for c in cells)), ";")
        sets = [{part.strip() for part in cell.split(separator)} - {""} for cell in cells]
        self.names: tuple[str, ...] = tuple(sorted(set().union(*sets)))
        self.values = [[float(name in labels) for name in self.names] for labels in sets]
        self.kind = "labels"
        self.why = f"{len(self.names):,} different labels in {self.place}"

    def _read(
        self, columns: list[list[str]], targets: tuple[str, ...], options: ReadOptions
    ) -> None:
        import numpy as np

        task = options.task
        if task == AUTO and len(targets) == 1:
            said = options.columns.get(targets[0], "")
            task = TASK_OF_TYPE.get(said, AUTO)
        numbers = [_numbers(column) for column in columns]
        known = [column for column in numbers if column is not None]
        if len(columns) > 1 and len(known) < len(columns):
            raise UserInputError(f"Several columns to learn must hold numbers: {self.place}.")
        values = np.stack(known, axis=1) if known else np.array(columns[0])
        part = Part(self.place, values, len(self.kept))
        read = read_labels([part], task=task, names=targets)
        self.kind, self.names, self.why = read.target.kind, read.target.names, read.why
        if read.kept[0] is not None:
            stays = read.kept[0].tolist()
            self.lost = sorted({*self.lost, *self.kept} - {self.kept[at] for at in stays})
            self.kept = [self.kept[at] for at in stays]
        if self.kind == "class":
            self.labels = [self.names[index] for index in read.values[0].tolist()]
        else:
            self.values = read.values[0].tolist()


def _has_several(cells: list[str], task: str) -> bool:
    """Returns whether cells hold sets of labels."""
    if task == "multilabel":
        return True
    return task == AUTO and any(separator in cell for cell in cells for separator in _SEPARATORS)


def _numbers(cells: list[str]) -> np.ndarray | None:
    """Returns cells as numbers, whole ones as integers, or None if one is none.

    ``007`` is a name, not a number.
    """
    import numpy as np

    if any(len(cell) > 1 and cell.startswith("0") and cell.isdigit() for cell in cells):
        return None
    for read in (int, float):
        try:
            return np.array([read(cell) for cell in cells])
        except (ValueError, OverflowError):
            continue
    return None
