"""The columns of a table told apart: what each is, and which are to be learned."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from automl.data.options import ReadOptions
from automl.data.tables.cells import Cells, read_cells
from automl.data.tables.header import check_columns
from automl.data.tables.inference import Found, decimal_mark, infer
from automl.data.tables.reading import Table
from automl.data.tables.targets import target_columns
from automl.errors import UserInputError

#: Columns that are shown one by one.
_MOST_SHOWN = 30
_PLURALS = {
    "number": "numbers",
    "date": "dates",
    "category": "categories",
    "text": "texts",
    "path": "paths of files",
    "ignore": "left out",
}


@dataclass(frozen=True, eq=False)
class Columns:
    """A table whose columns are told apart.

    Attributes:
        cells: Column -> its cells.
        found: Column -> what it is.
        decimal: Decimal mark of numbers in text.
        places: Where each row is.
        targets: Columns to be learned.
    """

    cells: dict[str, Cells]
    found: dict[str, Found]
    decimal: str
    places: list[str]
    targets: tuple[str, ...]

    def of(self, *types: str) -> list[str]:
        """Returns the columns of some types that are not to be learned."""
        return [
            name
            for name, found in self.found.items()
            if found.type in types and name not in self.targets
        ]


def tell_apart(table: Table, options: ReadOptions) -> tuple[Columns, tuple[str, ...]]:
    """Returns the columns of a table, and what a person should know of them.

    Raises:
        UserInputError: If the user named a column that is not there, or none can be learned.
    """
    frame = table.frame
    cells = {str(name): read_cells(str(name), frame[name]) for name in frame.columns}
    check_columns(cells, options)
    decimal = decimal_mark(cells.values())
    uses = (options.time_column, options.group)
    found = infer(cells.values(), decimal, options.columns, uses)
    if "" in found and "" not in options.columns:
        found[""] = Found("", "ignore", "the first column has no name: it names the rows")
    targets, why = target_columns(list(cells), found, options)
    for name in targets:
        if name in uses:
            raise UserInputError(
                f"A column has one use. Received: {name!r} as target and to order or group rows."
            )
    columns = Columns(cells, found, decimal, table.places, targets)
    notes = [_types(columns, options)]
    notes += [
        f"Column {name!r}: {each.reason}."
        for name, each in found.items()
        if each.reason and each.type != "ignore" and (name not in targets or each.type == "number")
    ]
    if why:
        notes.insert(0, f"Learned is column {targets[0]!r}: {why}.")
    if decimal == ",":
        notes.append("Numbers have a decimal comma.")
    return columns, tuple(notes)


def _types(columns: Columns, options: ReadOptions) -> str:
    """Returns what every column was found to be, in one line."""
    uses = dict.fromkeys(columns.targets, "target")
    uses |= {options.time_column: "time"} if options.time_column else {}
    uses |= {options.group: "group"} if options.group else {}

    def shown(name: str) -> str:
        if name in uses:
            return uses[name]
        found = columns.found[name]
        if found.type == "ignore":
            return f"left out ({found.reason})"
        if found.type == "category":
            return f"category of {columns.cells[name].distinct:,}"
        return found.type

    names = list(columns.found)
    if len(names) <= _MOST_SHOWN:
        return (
            "Columns: " + "; ".join(f"{name or '(no name)'} {shown(name)}" for name in names) + "."
        )
    counts = Counter(
        uses.get(name) or _PLURALS[found.type] for name, found in columns.found.items()
    )
    told = ", ".join(f"{count:,} {what}" for what, count in counts.items())
    reasons = Counter(
        found.reason
        for name, found in columns.found.items()
        if found.type == "ignore" and name not in uses
    )
    left = ", ".join(f"{count:,} {reason}" for reason, count in reasons.items())
    return f"Columns: {told}{f' ({left})' if left else ''}."
