"""A table as raw data: columns told apart, what is to be learned, what a model sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from automl.data.base import RawData
from automl.data.options import AUTO, ReadOptions
from automl.data.tables.clock import Clock
from automl.data.tables.columns import Columns, tell_apart
from automl.data.tables.forecasting import forecast_data
from automl.data.tables.inference import date_order
from automl.data.tables.media import file_data, text_data
from automl.data.tables.reading import Table, framed
from automl.data.tables.rows import gather_inputs, row_data
from automl.data.tables.targets import Learned, read_targets
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np
    import pandas


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
    columns, notes = tell_apart(table, options)
    notes = (*table.notes, *notes)
    raw = _made(columns, options, root, notes)
    return replace(raw, skipped=(*table.skipped, *raw.skipped))


def _made(columns: Columns, options: ReadOptions, root: Path, notes: tuple[str, ...]) -> RawData:
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
    columns: Columns,
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
        found,
        learned,
        (*notes, *said),
        cells=columns.cells,
        groups=groups,
        ordered=bool(options.time_column),
    )


def _in_time(
    columns: Columns, options: ReadOptions, learned: Learned
) -> tuple[Learned, tuple[str, ...]]:
    """Returns what is to be learned in the order of time, and what to say of it."""
    import numpy as np

    days = _clock(columns, options).days[learned.kept]
    order = np.argsort(days, kind="stable")
    unknown = int(np.isnan(days).sum())
    notes = (f"{unknown:,} rows without a time come last.",) if unknown else ()
    return replace(learned, y=learned.y[order], kept=learned.kept[order]), notes


def _all_groups(columns: Columns, options: ReadOptions) -> np.ndarray | None:
    import numpy as np

    return np.array(columns.cells[options.group].strings()) if options.group else None


def _groups(columns: Columns, options: ReadOptions, learned: Learned) -> np.ndarray | None:
    groups = _all_groups(columns, options)
    return None if groups is None else groups[learned.kept]


def _is_forecast(columns: Columns, options: ReadOptions) -> bool:
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


def _forecast(columns: Columns, options: ReadOptions, notes: tuple[str, ...]) -> RawData:
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


def _clock(columns: Columns, options: ReadOptions) -> Clock:
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
