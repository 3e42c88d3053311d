"""Rows of a table to rows of numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from automl.errors import UserInputError
from automl.preprocessing.base import Encoder, Named
from automl.preprocessing.beside import listed, write_reference, write_settings
from automl.preprocessing.reference.table_row import SPACES, TableRow, days, number
from search_spaces.registry import nearest

if TYPE_CHECKING:
    import numpy as np

#: What one column can be to a model.
KINDS = ("number", "date", "category")
#: The orders of day, month and year in a date.
ORDERS = ("ymd", "dmy", "mdy")
#: Texts that stand for a value that is not known: those of pandas, and "?" (UCI).
MISSING = (
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
    *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null", "?"),
)
COLUMNS_FILE = "columns.json"
REFERENCE_FILES = ("table_row.py", "table_row.mjs", "TableRow.kt")
#: Names of columns that are listed in a sentence.
_MOST_NAMED = 8


@dataclass(frozen=True)
class Column:
    """One column of a table and how its cells become numbers.

    Attributes:
        name: Its name.
        kind: One of `KINDS`.
        values: Text of each category, whose position is its number; all others
            have the number ``len(values)``. Empty for other kinds.
        order: Order of day, month and year, one of `ORDERS`; dates only.
    """

    name: str
    kind: str
    values: tuple[str, ...] = ()
    order: str = "ymd"

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        if self.kind not in KINDS or self.order not in ORDERS:
            raise UserInputError(
                f"A column is one of {KINDS}, its dates one of {ORDERS}. Received:"
                f" kind={self.kind!r}, order={self.order!r} for {self.name!r}."
            )

    def to_dict(self) -> dict[str, Any]:
        """Returns what ``columns.json`` says of the column."""
        record: dict[str, Any] = {"name": self.name, "kind": self.kind}
        if self.kind == "category":
            record["values"] = list(self.values)
        if self.kind == "date":
            record["order"] = self.order
        return record


@dataclass(frozen=True)
class TableEncoder(Encoder):
    """Gives rows of a table as rows of float32 numbers, NaN for what is not known.

    The rules are in ``automl/preprocessing/reference/table_row.py``: the very code
    that makes the rows here is written beside an exported file.

    Attributes:
        columns: The columns, in the order of the numbers.
        decimal: Decimal mark of numbers in text, ``"."`` or ``","``.
        lookback: Rows of a series that make one example; 0 where one row does.
        time: Column that orders the rows of a series; empty for the order they come in.
        time_order: Order of day, month and year in it.
        group: Column that says which series a row is of; empty for one series.
    """

    name: ClassVar[str] = "table"
    takes: ClassVar[str] = "tables (.csv, .tsv, .jsonl, .parquet) or rows in JSON"

    columns: tuple[Column, ...]
    decimal: str = "."
    lookback: int = 0
    time: str = ""
    time_order: str = "ymd"
    group: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        if not self.columns:
            raise UserInputError("A table needs at least one column. Received: none.")
        if self.decimal not in (".", ","):
            raise UserInputError(f"A decimal mark is . or , alone. Received: {self.decimal!r}.")

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Builds the encoder that `to_dict` wrote."""
        columns = tuple(Column(**column) for column in record["columns"])
        return super().from_dict({**record, "columns": columns})

    @cached_property
    def reference(self) -> TableRow:
        """The code that does it."""
        return TableRow(self._spec())

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each column."""
        return tuple(column.name for column in self.columns)

    def row(self, record: Mapping[str, Any]) -> np.ndarray:
        """Returns one row as numbers, float32, columns.

        Args:
            record: Column -> cell: text, a number, a truth value or None. A
                column that is not there is not known.
        """
        import numpy as np

        return np.array(self.reference.row(dict(record)), np.float32)

    def window(self, records: Iterable[Mapping[str, Any]]) -> np.ndarray:
        """Returns the last rows of a series, in the order of time: float32, lookback x columns.

        Raises:
            UserInputError: If there are fewer than `lookback`.
        """
        import numpy as np

        try:
            return np.array(self.reference.window([dict(each) for each in records]), np.float32)
        except ValueError as error:
            raise UserInputError(f"A forecast needs the rows before it: {error}") from error

    def examples(self, argument: str) -> Iterator[Named]:
        """Reads a table, or the argument itself as one row (or several) in JSON.

        A row is named by where it is. A series gives one example, its last rows:
        what comes after them is to be forecast.

        Args:
            argument: Path of a table, ``{"column": value, ...}`` or a list of such.

        Raises:
            UserInputError: If it cannot be read, or a column is not in it. A value
                that is not known is ``null`` in JSON and an empty cell in a table.
        """
        rows = _json_rows(argument) if argument.lstrip()[:1] in ("{", "[") else _rows(argument)
        if not rows:
            raise UserInputError(f"A table needs at least one row. Received: none in {argument}.")
        self._check_columns(rows[0][1], argument)
        if not self.lookback:
            for where, record in rows:
                row = self.row(record)
                yield Named(where, row, self._doubts(record, row))
            return
        for name, series in self._series(rows):
            yield Named(name, self.window(series))

    def _doubts(self, record: Mapping[str, Any], row: np.ndarray) -> tuple[str, ...]:
        """Returns what of a row is there and says nothing: an answer without it may be wrong."""
        if (row != row).all():
            return ("no column is known: this is the answer for a usual row",)
        doubts = []
        for column, value in zip(self.columns, row.tolist(), strict=True):
            cell = record.get(column.name)
            if cell is None or not str(cell).strip() or cell != cell:
                continue
            if value != value:  # NaN stands for what is not known.
                doubts.append(f"{column.name} {_shortened(str(cell))!r} is no {column.kind}")
            elif column.kind == "category" and value == len(column.values):
                doubts.append(f"{column.name} {_shortened(str(cell))!r} was not learned from")
        return tuple(doubts)

    def write(self, folder: Path) -> tuple[str, ...]:
        """Writes the columns and reference code."""
        write_settings(folder, COLUMNS_FILE, self._spec(), indent=1)
        write_reference(folder, REFERENCE_FILES)
        return (COLUMNS_FILE, *REFERENCE_FILES)

    def describe(self) -> str:
        """Returns in two sentences what to feed the exported file."""
        shown = ", ".join(self.names[:_MOST_NAMED])
        if len(self.names) > _MOST_NAMED:
            shown += f" and {len(self.names) - _MOST_NAMED:,} more"
        count = f"{len(self.names)} number{'s'[: len(self.names) != 1]}"
        code = listed(REFERENCE_FILES)
        if self.lookback:
            return (
                f"Feed the last {self.lookback} rows of a series, {count} each (float32): {shown}."
                f" {COLUMNS_FILE} lists them; {code} make them of rows of a table."
            )
        return (
            f"Feed a row of {count} (float32): {shown}; NaN stands for a value that is not known."
            f" {COLUMNS_FILE} says how each column becomes a number; {code} do it."
        )

    def _spec(self) -> dict[str, Any]:
        spec = {
            "columns": [column.to_dict() for column in self.columns],
            "decimal": self.decimal,
            "missing": list(MISSING),
        }
        return spec | ({"lookback": self.lookback} if self.lookback else {})

    def _check_columns(self, record: Mapping[str, Any], argument: str) -> None:
        needed = [*self.names, *([self.group] if self.group else [])]
        absent = [name for name in needed if name not in record]
        if absent:
            raise UserInputError(
                f"A row has the columns that were learned from. Received:"
                f" {_shortened(argument)} without {', '.join(map(repr, absent[:_MOST_NAMED]))}"
                f"{' and more' if len(absent) > _MOST_NAMED else ''}."
                f"{nearest(absent[0], list(record))}"
            )

    def _series(
        self, rows: list[tuple[str, dict[str, Any]]]
    ) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        """Returns the rows of each series in the order of time, and what to call them."""
        series: dict[str, list[tuple[float, str, dict[str, Any]]]] = {}
        for position, (where, record) in enumerate(rows):
            cell = record.get(self.time)
            cell = cell.strip(SPACES) if isinstance(cell, str) else cell
            when = days(cell, self.time_order)
            when = number(cell, self.decimal) if math.isnan(when) else when
            key = str(record[self.group]) if self.group else ""
            series.setdefault(key, []).append(
                (float(position) if math.isnan(when) else when, where, record)
            )
        for key, found in series.items():
            timed = self.time and all(self.time in record for _, _, record in found)
            ordered = sorted(found, key=lambda each: each[0]) if timed else found
            last = ordered[-1]
            name = f"after {last[2].get(self.time, last[1]) if self.time else last[1]}"
            yield f"{key}, {name}" if key else name, [record for _, _, record in ordered]


def _json_rows(argument: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        given = json.loads(argument)
    except json.JSONDecodeError as error:
        raise UserInputError(
            f'A row is JSON like {{"column": value}}. Received: {_shortened(argument)} ({error}).'
        ) from error
    rows = given if isinstance(given, list) else [given]
    for row in rows:
        if not isinstance(row, dict):
            raise UserInputError(
                f'A row is JSON like {{"column": value}}. Received: {_shortened(argument)}.'
            )
    return [(f"row {number}", row) for number, row in enumerate(rows, 1)]


def _rows(argument: str) -> list[tuple[str, dict[str, Any]]]:
    """Returns where each row of a file is, and its cells."""
    from automl.data.tables.reading import read_table

    table = read_table(Path(argument))
    if table.skipped:
        first, more = table.skipped[0], len(table.skipped) - 1
        others = f" and {more:,} more" if more else ""
        raise UserInputError(
            f"Every row asked about must be whole. Received: {argument}, {first.where}"
            f" {first.reason}{others}. Mend or remove what is not."
        )
    return list(zip(table.places, table.records(), strict=True))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
