"""Rows of numbers, dates and categories as raw data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from automl.data.base import RawData
from automl.data.tables.cells import Cells
from automl.data.tables.inference import Found
from automl.data.tables.targets import Learned
from automl.preprocessing.columns import FURTHEST, fit_columns
from automl.preprocessing.table import Column, TableEncoder
from search_spaces import InputSpec

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
            with np.errstate(over="ignore"):
                single = values[kept].astype(np.float32)
            bad = int(np.isinf(single).sum())
            infinite, affected = infinite + bad, affected + (bad > 0)
            measured.append(np.where(np.isinf(single), np.float32(np.nan), single))
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
    groups: np.ndarray | None = None,
    ordered: bool = False,
) -> RawData:
    """Returns rows as raw data, fitted on all of them until the training rows are known.

    Args:
        inputs: What a model sees of each row.
        learned: What is known of each row.
        notes: What a person should know.
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
    return replace(raw, fit=lambda train: inputs.fitted(replace(raw, fit=None), train))


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
