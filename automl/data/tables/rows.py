"""Rows of numbers, dates and categories as raw data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from automl.data.base import RawData
from automl.data.tables.cells import Cells
from automl.data.tables.inference import Found
from automl.data.tables.targets import Learned
from automl.errors import UserInputError
from automl.preprocessing.columns import FURTHEST, fit_columns
from automl.preprocessing.reference.table_row import LARGEST
from automl.preprocessing.table import Column, TableEncoder
from search_spaces import InputSpec
from search_spaces.registry import nearest

if TYPE_CHECKING:
    import numpy as np

#: Values of a category that have a place of their own, the most frequent ones.
MOST_VALUES = 100
#: Training rows that a value has at least: nothing is learned from a single one.
_LEAST_ROWS = 2


@dataclass(frozen=True, eq=False)
class Inputs:
    """The columns that a model sees, of the rows that are kept.

    Attributes:
        measured: Numbers, then dates, float32, rows x columns, NaN where not known.
        columns: What they are, and then the categories without their values.
        categories: The columns of categories.
        decimal: Decimal mark of numbers in text.
    """

    measured: np.ndarray
    columns: tuple[Column, ...]
    categories: tuple[Cells, ...]
    decimal: str

    def fitted(self, raw: RawData, train: np.ndarray) -> RawData:
        """Returns the data with values of categories, and layers, of training rows.

        Args:
            raw: The data to put them in.
            train: Positions of the training rows.
        """
        import numpy as np

        values = [_frequent(cells, train) for cells in self.categories]
        count = len(self.columns) - len(values)
        columns = (
            *self.columns[:count],
            *(replace(c, values=v) for c, v in zip(self.columns[count:], values, strict=True)),
        )
        places = [_places(cells, v) for cells, v in zip(self.categories, values, strict=True)]
        x = np.column_stack([self.measured, *places]).astype(np.float32)
        dates = sum(column.kind == "date" for column in columns)
        front = fit_columns(x[train], count - dates, dates, [len(each) for each in values])
        width = front.width
        return replace(
            raw,
            x=x,
            front=front,
            encoder=TableEncoder(columns, self.decimal),
            # The layers have standardized what is to be; ones and zeros stay as they are.
            input=InputSpec(
                "vector", (width,), -FURTHEST, FURTHEST, mean=(0.0,) * width, std=(1.0,) * width
            ),
        )


def gather_inputs(
    columns: Sequence[Cells], found: Sequence[Found], decimal: str, kept: np.ndarray
) -> tuple[Inputs, tuple[str, ...]]:
    """Returns the columns that a model sees, and what a person should know of them.

    Args:
        columns: Columns of numbers, dates and categories, in any order.
        found: What each of them is.
        decimal: Decimal mark of numbers in text.
        kept: Positions of the rows to keep.
    """
    import numpy as np

    measured, described, infinite, affected = [], [], 0, 0
    for kind in ("number", "date"):
        for cells, each in zip(columns, found, strict=True):
            if each.type != kind:
                continue
            values = cells.numbers(decimal) if kind == "number" else cells.days(each.order)
            values = values[kept]
            bad = int(np.isinf(values).sum())
            infinite, affected = infinite + bad, affected + (bad > 0)
            measured.append(_single(values))
            described.append(Column(cells.name, kind, order=each.order))
    categories = tuple(
        cells.categories().rows(kept)
        for cells, each in zip(columns, found, strict=True)
        if each.type == "category"
    )
    described += [Column(cells.name, "category") for cells in categories]
    notes = []
    if infinite:
        where = f"{affected} column{'s'[: affected != 1]}"
        notes.append(f"{infinite:,} infinite values in {where} are taken for not known.")
    notes += [
        f"Column {cells.name!r} has {cells.distinct:,} categories: the {MOST_VALUES} most"
        " frequent ones have a place of their own, the others share one."
        for cells in categories
        if cells.distinct > MOST_VALUES
    ]
    table = np.stack(measured, axis=1) if measured else np.zeros((len(kept), 0), np.float32)
    return Inputs(table, tuple(described), categories, decimal), tuple(notes)


def row_data(
    inputs: Inputs,
    learned: Learned,
    notes: Sequence[str],
    *,
    cells: Mapping[str, Cells],
    groups: np.ndarray | None = None,
    ordered: bool = False,
) -> RawData:
    """Returns rows as raw data, fitted on all of them until the training rows are known.

    Args:
        inputs: What a model sees of each row.
        learned: What is known of each row.
        notes: What a person should know.
        cells: Every column of the table, by name.
        groups: Values of rows that must not be in two splits.
        ordered: Whether the rows are in the order of time.
    """
    import numpy as np

    every = np.arange(len(learned.y))
    raw = RawData(
        x=inputs.measured,
        y=learned.y,
        input=InputSpec("vector", (1,)),
        target=learned.target,
        groups=groups,
        ordered=ordered,
        task=learned.task,
        why=learned.why,
        notes=tuple(notes),
        skipped=learned.skipped,
    )
    raw = inputs.fitted(raw, every)
    return replace(
        raw,
        fit=lambda train: inputs.fitted(replace(raw, fit=None), train),
        alike=lambda encoder: replace(raw, x=_encoded(cells, learned.kept, encoder)),
    )


def _encoded(cells: Mapping[str, Cells], kept: np.ndarray, encoder: TableEncoder) -> np.ndarray:
    """Returns rows as the encoder of another table gives them, float32, rows x columns.

    Args:
        cells: Every column, by name.
        kept: Positions of the rows.
        encoder: What was fitted on the other table.

    Raises:
        UserInputError: If the table lacks a column of the other one.
    """
    import numpy as np

    found = []
    for column in encoder.columns:
        if column.name not in cells:
            raise UserInputError(
                f"Validation and test data have the columns of DATA. Received: a table without"
                f" {column.name!r}.{nearest(column.name, cells)}"
            )
        here = cells[column.name]
        if column.kind == "category":
            found.append(_places(here.categories().rows(kept), column.values))
        else:
            number = column.kind == "number"
            values = here.numbers(encoder.decimal) if number else here.days(column.order)
            found.append(_single(values[kept]))
    return np.stack(found, axis=1)


def _single(values: np.ndarray) -> np.ndarray:
    """Returns numbers as float32: infinite ones are not known, too large ones stay outliers."""
    import numpy as np

    values = np.where(np.isinf(values), np.nan, np.clip(values, -LARGEST, LARGEST))
    return values.astype(np.float32)


def _frequent(cells: Cells, train: np.ndarray) -> tuple[str, ...]:
    """Returns the values that have a place of their own, sorted: numbers by size, then words."""
    codes = cells.codes[train]
    counts = Counter(codes[codes >= 0].tolist())
    common = sorted(counts.items(), key=lambda each: (-each[1], cells.texts[each[0]]))
    kept = [cells.texts[code] for code, count in common[:MOST_VALUES] if count >= _LEAST_ROWS]
    return tuple(sorted(kept))


def _places(cells: Cells, values: Sequence[str]) -> np.ndarray:
    """Returns the number of each cell's value, as `TableEncoder` has it."""
    import numpy as np

    encoder = TableEncoder((Column(cells.name, "category", tuple(values)),))
    # Each different text is looked up once, by the code that an exported file comes with.
    numbers = [encoder.reference.row({cells.name: text})[0] for text in cells.texts]
    found: np.ndarray = np.array([*numbers, np.nan], np.float32)[cells.codes]
    return found
