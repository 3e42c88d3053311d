"""Rows in the order of time as windows: some steps seen, some to be forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from automl.data.base import RawData, Target
from automl.data.options import ReadOptions
from automl.data.tables.cells import Cells
from automl.data.tables.clock import Clock, in_order
from automl.data.tables.seasonality import period_of
from automl.data.tables.windows import (
    Series,
    Windows,
    long_enough,
    overlap_of,
    starts_of,
    without_gaps,
)
from automl.errors import UserInputError
from automl.preprocessing.table import Column, TableEncoder
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

#: Steps seen where nothing repeats, at least and at most.
_USUAL, _FEWEST, _MOST = 16, 4, 256
#: A window is at most this part of the shortest series, where nobody says.
_PART = 8
_AS_THEY_STAND = (
    "Rows are taken for steps of time in the order they stand: no column says when they were."
    " --time-column names one."
)


def forecast_data(
    columns: Sequence[Cells],
    targets: Sequence[str],
    clock: Clock,
    places: Sequence[str],
    decimal: str,
    options: ReadOptions,
    notes: Sequence[str],
) -> RawData:
    """Returns windows as raw data.

    An example is `lookback` rows of every column of numbers, and what is known of
    it the targets of the `horizon` rows after them, step by step.

    Args:
        columns: Columns of numbers, the targets among them.
        targets: Names of the columns to forecast.
        clock: When each row was.
        places: Where each row is.
        decimal: Decimal mark of numbers in text.
        options: ``horizon`` and ``lookback``, where the user said them.
        notes: What a person should know of the columns.

    Raises:
        UserInputError: If the series are too short or a target is empty.
    """
    import numpy as np

    names = [cells.name for cells in columns]
    table = np.stack([cells.numbers(decimal) for cells in columns], axis=1)
    table = np.where(np.isfinite(table.astype(np.float32)), table, np.nan)
    wanted = [names.index(name) for name in targets]
    for at in wanted:
        if not np.isfinite(table[:, at]).any():
            raise UserInputError(
                f"A column to forecast holds numbers. Received: {names[at]!r} without any."
            )
    order, skipped, said = in_order(clock, places)
    series, filled = without_gaps(table[order], clock.days[order], clock.series[order], names)
    lookback, horizon, chosen = _lengths(series, wanted[0], options)
    series, short = long_enough(series, lookback + horizon)
    starts = starts_of(series, lookback, horizon)
    # Windows are views of the rows until they are taken.
    windows = np.lib.stride_tricks.sliding_window_view(
        series.values.astype(np.float32), lookback + horizon, axis=0
    )
    every = Windows(windows, starts, lookback, tuple(wanted))
    overlap, lost = overlap_of(len(starts), lookback, horizon, len(series.parts))
    ordered: tuple[str, ...] = ()
    where = f"column {clock.name!r} orders the rows in time"
    if not clock.name:
        where = "--task says so" if options.task == "forecasting" else "--horizon or --lookback"
        ordered = (_AS_THEY_STAND,)
    raw = RawData(
        x=every.seen(),
        y=every.coming(),
        input=InputSpec("series", (lookback, len(names)), *_bounds(series.values)),
        target=_target(targets, horizon),
        encoder=TableEncoder(
            tuple(Column(name, "number") for name in names),
            decimal,
            lookback=lookback,
            time=clock.name,
            time_order=clock.order,
            group=clock.group,
        ),
        ordered=True,
        overlap=overlap,
        task="forecasting",
        why=where,
        notes=(*notes, *ordered, *said, *filled, *chosen, *short, *lost),
        skipped=skipped,
    )

    def fit(train: np.ndarray) -> RawData:
        error = every.naive_error(train)
        return replace(raw, fit=None, target=replace(raw.target, naive_error=error))

    return replace(fit(np.arange(len(starts))), fit=fit, alike=partial(_if_same, raw))


def _if_same(raw: RawData, encoder: TableEncoder) -> RawData:
    """Returns windows as they are, if those of another table are of the same columns."""
    if encoder != raw.encoder:
        raise UserInputError(
            "Validation and test data have the columns of DATA. Received: a table with other"
            " numbers, time or series."
        )
    return raw


def _lengths(series: Series, target: int, options: ReadOptions) -> tuple[int, int, tuple[str, ...]]:
    """Returns lookback and horizon, and how they were found."""
    horizon, notes = options.horizon or 1, []
    if not options.horizon:
        notes.append("The forecast is 1 step ahead; --horizon asks for more.")
    if options.lookback:
        return options.lookback, horizon, tuple(notes)
    longest = max(series.parts, key=lambda part: part.stop - part.start)
    rows = longest.stop - longest.start
    period = period_of(series.values[longest, target])
    most = max(_FEWEST, min(_MOST, rows // _PART))
    if 0 < period <= min(_MOST, rows // 4):
        lookback = max(period, _FEWEST)
        why = f"after which the series repeats ({period} steps)"
    else:
        lookback = min(most, max(_USUAL, 2 * horizon))
        why = "as nothing repeats in the series"
    lookback = max(1, min(lookback, rows - horizon - 2))
    notes.append(f"A forecast sees {lookback} steps, {why}; --lookback changes it.")
    return lookback, horizon, tuple(notes)


def _target(names: Sequence[str], horizon: int) -> Target:
    steps = range(1, horizon + 1)
    shown = [name if horizon == 1 else f"{name} +{step}" for step in steps for name in names]
    return Target("number", tuple(shown), steps=tuple(step for step in steps for _ in names))


def _bounds(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if low < high else (low, low + 1.0)
