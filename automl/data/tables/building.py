"""A table as raw data: columns told apart, what is to be learned, what a model sees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from automl.data.base import RawData
from automl.data.options import AUTO, ReadOptions
from automl.data.tables.cells import Cells, read_cells
from automl.data.tables.forecasting import Clock, forecast_data
from automl.data.tables.inference import Found, date_order, decimal_mark, infer
from automl.data.tables.media import file_data, text_data
from automl.data.tables.reading import Table, framed
from automl.data.tables.rows import gather_inputs, row_data
from automl.data.tables.targets import Learned, read_targets, target_columns
from automl.errors import UserInputError
from search_spaces.registry import nearest

if TYPE_CHECKING:
    import numpy as np
    import pandas

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
class _Columns:
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


def from_frame(frame: pandas.DataFrame, options: ReadOptions) -> RawData:
    """Returns a pandas frame as raw data, as a file of the same table would be.

    Args:
        frame: The table; an index with a name, or of times, is a column of it.
        options: As for a file.

    Raises:
        UserInputError: If nothing can be learned from it.
    """
    table = framed(frame)
    if not len(table.frame):
        raise UserInputError("A table needs rows. Received: a frame without any.")
    return from_table(table, options, Path.cwd())


def from_table(table: Table, options: ReadOptions, root: Path) -> RawData:
    """Returns a table as raw data.

    Args:
        table: The table.
        options: What the user said of it.
        root: Folder from which a column of paths names files.

    Raises:
        UserInputError: If nothing can be learned from it.
    """
    columns, notes = _told_apart(table, options)
    notes = (*table.notes, *notes)
    raw = _made(columns, options, root, notes)
    return replace(raw, skipped=(*table.skipped, *raw.skipped))


def _told_apart(table: Table, options: ReadOptions) -> tuple[_Columns, tuple[str, ...]]:
    frame = table.frame
    cells = {str(name): read_cells(str(name), frame[name]) for name in frame.columns}
    for option, name in (("--time-column", options.time_column), ("--group", options.group)):
        if name and name not in cells:
            raise UserInputError(
                f"{option} names a column. Received: {name!r}.{nearest(name, cells)}"
            )
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
    columns = _Columns(cells, found, decimal, table.places, targets)
    notes = [_types(columns, options)]
    notes += [
        f"Column {name!r}: {each.reason}."
        for name, each in found.items()
        if each.reason and each.type != "ignore" and name not in targets
    ]
    if why:
        notes.insert(0, f"Learned is column {targets[0]!r}: {why}.")
    if decimal == ",":
        notes.append("Numbers have a decimal comma.")
    return columns, tuple(notes)


def _types(columns: _Columns, options: ReadOptions) -> str:
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


def _made(columns: _Columns, options: ReadOptions, root: Path, notes: tuple[str, ...]) -> RawData:
    used = (options.time_column, options.group)
    if _is_forecast(columns, options):
        return _forecast(columns, options, notes)
    if options.horizon or options.lookback:
        raise UserInputError(
            "--horizon and --lookback are of forecasts: of numbers, in a table with --time-column"
            " or --task forecasting. Received: a table of other kind."
        )
    learned = read_targets(
        [columns.cells[name] for name in columns.targets], columns.places, columns.decimal, options
    )
    if options.time_column:
        learned, said = _in_time(columns, options, learned)
        notes += said
    groups = _groups(columns, options, learned)
    inputs = [name for name in columns.of("number", "date", "category") if name not in used]
    paths, texts = columns.of("path"), columns.of("text")
    asked = {name for name, type_ in options.columns.items() if type_ in ("path", "text")}
    if paths and (len(paths) == 1 or asked & set(paths)):
        name = next((name for name in paths if name in asked), paths[0])
        notes += _unused([*inputs, *texts], f"the files of {name!r} are what is learned from")
        rows = _all_groups(columns, options)
        return file_data(columns.cells[name], learned, columns.places, rows, root, options, notes)
    wanted = [name for name in texts if name in asked] or texts
    if wanted and (not inputs or asked & set(texts)):
        if len(wanted) > 1:
            raise UserInputError(
                f"One column of texts is learned from. Received: {', '.join(map(repr, wanted))}."
                " Leave the others out: --column NAME=ignore."
            )
        notes += _unused([*inputs, *paths], f"the texts of {wanted[0]!r} are what is learned from")
        return text_data(columns.cells[wanted[0]], learned, groups, options, notes)
    if not inputs:
        left = "; ".join(f"{n} ({columns.found[n].reason})" for n in columns.of("ignore")[:5])
        raise UserInputError(
            "A table needs columns to learn from. Received: none of numbers, dates or categories"
            f"{f' beside the target; left out: {left}' if left else ' beside the target'}."
        )
    if texts or paths:
        hint = (
            f" --column {(texts or paths)[0]}={'text' if texts else 'path'} learns from it alone."
        )
        notes += _unused([*texts, *paths], "other columns are what is learned from", hint)
    return _rows(columns, inputs, learned, groups, options, notes)


def _unused(names: Sequence[str], why: str, hint: str = "") -> tuple[str, ...]:
    if not names:
        return ()
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return (f"Not used: {', '.join(names[:5])}{more}; {why}.{hint}",)


def _rows(
    columns: _Columns,
    inputs: Sequence[str],
    learned: Learned,
    groups: np.ndarray | None,
    options: ReadOptions,
    notes: tuple[str, ...],
) -> RawData:
    found, said = gather_inputs(
        [columns.cells[name] for name in inputs],
        [columns.found[name] for name in inputs],
        columns.decimal,
        learned.kept,
    )
    return row_data(
        found, learned, (*notes, *said), groups=groups, ordered=bool(options.time_column)
    )


def _in_time(
    columns: _Columns, options: ReadOptions, learned: Learned
) -> tuple[Learned, tuple[str, ...]]:
    """Returns what is to be learned in the order of time, and what to say of it."""
    import numpy as np

    days = _clock(columns, options).days[learned.kept]
    order = np.argsort(days, kind="stable")
    unknown = int(np.isnan(days).sum())
    notes = (f"{unknown:,} rows without a time come last.",) if unknown else ()
    return replace(learned, y=learned.y[order], kept=learned.kept[order]), notes


def _all_groups(columns: _Columns, options: ReadOptions) -> np.ndarray | None:
    import numpy as np

    return np.array(columns.cells[options.group].strings()) if options.group else None


def _groups(columns: _Columns, options: ReadOptions, learned: Learned) -> np.ndarray | None:
    groups = _all_groups(columns, options)
    return None if groups is None else groups[learned.kept]


def _is_forecast(columns: _Columns, options: ReadOptions) -> bool:
    """Returns whether a later row's numbers are asked for, not what a row itself says."""
    if options.task != AUTO:
        return options.task == "forecasting"
    numbers = bool(columns.targets) and all(
        columns.found[name].type == "number" for name in columns.targets
    )
    if options.horizon or options.lookback:
        return numbers
    if not options.time_column or not numbers:
        return False
    learned = read_targets(
        [columns.cells[name] for name in columns.targets], columns.places, columns.decimal, options
    )
    return learned.target.kind == "number"


def _forecast(columns: _Columns, options: ReadOptions, notes: tuple[str, ...]) -> RawData:
    clock = _clock(columns, options)
    for name in columns.targets:
        if columns.found[name].type != "number":
            raise UserInputError(
                f"A forecast is of numbers. Received: column {name!r},"
                f" {columns.found[name].type if columns.found[name].type != 'ignore' else 'which '}"
                f"{columns.found[name].reason}."
            )
    used = (clock.name, clock.group)
    numbers = [
        name
        for name, found in columns.found.items()
        if (found.type == "number" or name in columns.targets) and name not in used
    ]
    others = [name for name in columns.of("category", "date", "text", "path") if name not in used]
    notes += _unused(others, "forecasts are made of numbers")
    return forecast_data(
        [columns.cells[name] for name in numbers],
        columns.targets,
        clock,
        columns.places,
        columns.decimal,
        options,
        notes,
    )


def _clock(columns: _Columns, options: ReadOptions) -> Clock:
    """Returns when each row was, by the column that says it or the only one of dates."""
    import numpy as np

    name, dates = options.time_column, columns.of("date")
    if not name and len(dates) == 1:
        name = dates[0]
    if name:
        cells = columns.cells[name]
        order, read = date_order(cells)
        numbers = cells.numbers(columns.decimal)
        days = cells.days(order)
        if np.isfinite(numbers).sum() > read or cells.kind == "number":
            days = numbers
        days = np.where(np.isfinite(days), days, np.nan)
        if np.isnan(days).all():
            raise UserInputError(
                f"--time-column holds dates or numbers that rise with time. Received: {name!r}"
                f" with none, e.g. {(cells.categories().texts or ('nothing',))[0]!r}."
            )
    else:
        order, days = "ymd", np.arange(len(columns.places), dtype=np.float64)
    series = np.zeros(len(days), np.int64)
    if options.group:
        series = np.unique(columns.cells[options.group].strings(), return_inverse=True)[1]
    return Clock(name, days, order, options.group, series)
