"""Rows in the order of time as windows: some steps seen, some to be forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from automl.data.base import RawData, Skipped, Target
from automl.data.options import ReadOptions
from automl.data.tables.cells import Cells
from automl.data.tables.seasonality import period_of
from automl.errors import UserInputError
from automl.preprocessing.table import Column, TableEncoder
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

#: Steps seen where nothing repeats, at least and at most.
_USUAL, _FEWEST, _MOST = 16, 4, 256
#: A window is at most this part of the shortest series, where nobody says.
_PART = 8
#: Share of the windows that may be lost between two splits.
_MOST_LOST = 0.1
#: Steps of time that differ by more than this part of the usual one are irregular.
_IRREGULAR = 0.01
_NO_TIME = "its time is missing or cannot be read"
_SAME_TIME = "has the time of a later row"


@dataclass(frozen=True, eq=False)
class Clock:
    """When each row was, and of which series it is.

    Attributes:
        name: Column of times; empty for the order of the rows.
        days: Days since 1970-01-01, or any number that rises with time; rows.
        order: Order of day, month and year in text.
        group: Column that says which series a row is of; empty for one series.
        series: Number of the series of each row.
    """

    name: str
    days: np.ndarray
    order: str
    group: str
    series: np.ndarray


@dataclass(frozen=True, eq=False)
class _Series:
    """Rows of all series, one series after the other, each in the order of time.

    Attributes:
        values: Rows x columns, float64, without gaps.
        days: When each row was.
        parts: Where each series begins and ends.
    """

    values: np.ndarray
    days: np.ndarray
    parts: tuple[slice, ...]

    @property
    def lengths(self) -> list[int]:
        """Rows of each series."""
        return [part.stop - part.start for part in self.parts]


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
    order, skipped, said = _in_order(clock, places)
    series, filled = _without_gaps(table[order], clock.days[order], clock.series[order], names)
    lookback, horizon, chosen = _lengths(series, wanted[0], options)
    series, short = _long_enough(series, lookback + horizon)
    starts = _starts(series, lookback, horizon)
    # Windows are views of the rows until they are taken.
    windows = np.lib.stride_tricks.sliding_window_view(
        series.values.astype(np.float32), lookback + horizon, axis=0
    )
    every = _Windows(windows, starts, lookback, tuple(wanted))
    overlap, lost = _overlap(len(starts), lookback, horizon, len(series.parts))
    where = f"column {clock.name!r} orders the rows in time" if clock.name else "--task says so"
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
        notes=(*notes, *said, *filled, *chosen, *short, *lost),
        skipped=skipped,
    )

    def fit(train: np.ndarray) -> RawData:
        error = every.naive_error(train)
        return replace(raw, fit=None, target=replace(raw.target, naive_error=error))

    return replace(fit(np.arange(len(starts))), fit=fit)


@dataclass(frozen=True, eq=False)
class _Windows:
    """Windows of all series, in the order of the time of their last row.

    Attributes:
        rows: Every window, also across series: count x columns x steps.
        starts: Which of them are examples.
        lookback: Steps that are seen.
        wanted: Columns to be forecast.
    """

    rows: np.ndarray
    starts: np.ndarray
    lookback: int
    wanted: tuple[int, ...]

    def seen(self) -> np.ndarray:
        """Returns what is seen, float32, examples x steps x columns."""
        import numpy as np

        seen = self.rows[:, :, : self.lookback].transpose(0, 2, 1)
        step = np.diff(self.starts)
        if len(step) == 0 or (step == 1).all():  # One series: no copy.
            found: np.ndarray = seen[self.starts[0] : self.starts[-1] + 1]
            return found
        return np.ascontiguousarray(seen[self.starts])

    def coming(self) -> np.ndarray:
        """Returns what comes, float32, examples x (steps x targets)."""
        import numpy as np

        coming = self.rows[self.starts][:, list(self.wanted), self.lookback :]
        return np.ascontiguousarray(coming.transpose(0, 2, 1)).reshape(len(self.starts), -1)

    def naive_error(self, train: np.ndarray) -> float:
        """Returns the mean absolute error of repeating the last value, on some examples."""
        import numpy as np

        chosen = self.rows[self.starts[train]][:, list(self.wanted)].astype(np.float64)
        last = chosen[:, :, self.lookback - 1 : self.lookback]
        return float(np.abs(chosen[:, :, self.lookback :] - last).mean())


def _in_order(
    clock: Clock, places: Sequence[str]
) -> tuple[np.ndarray, tuple[Skipped, ...], tuple[str, ...]]:
    """Returns the rows of each series in the order of time, and what is to be said of it."""
    import numpy as np

    known = ~np.isnan(clock.days)
    skipped = [Skipped(places[row], _NO_TIME) for row in np.flatnonzero(~known).tolist()]
    rows = np.flatnonzero(known)
    order = rows[np.lexsort((rows, clock.days[rows], clock.series[rows]))]
    if not len(order):
        raise UserInputError(
            f"Rows are ordered by their time. Received: no time that can be read in column"
            f" {clock.name!r}."
        )
    days, series = clock.days[order], clock.series[order]
    again = (np.diff(days) == 0) & (np.diff(series) == 0)
    skipped += [Skipped(places[row], _SAME_TIME) for row in order[:-1][again].tolist()]
    order = order[np.append(~again, True)]
    notes = []
    if again.any():
        hint = "" if clock.group else " If they are of several series, --group names their column."
        notes.append(
            f"{int(again.sum()):,} rows have the time of a later one, which is kept.{hint}"
        )
    as_given = rows[np.argsort(clock.series[rows], kind="stable")]
    back = np.diff(clock.days[as_given]) < 0
    if (back & (np.diff(clock.series[as_given]) == 0)).any():
        notes.append("Rows were not in the order of time and have been sorted.")
    steps = np.diff(clock.days[order])[np.diff(clock.series[order]) == 0]
    if len(steps) > 1 and clock.name:
        usual = float(np.median(steps))
        odd = int((np.abs(steps - usual) > _IRREGULAR * usual).sum())
        # Months and years are of different lengths without being irregular.
        if odd and not (27 < usual < 32 and steps.max() < 32) and not 364 < usual < 367:
            notes.append(
                f"Steps of time are irregular: {odd:,} of {len(steps):,} differ from the usual"
                f" {_duration(usual)}. A step is one row, whatever time it takes."
            )
    return order, tuple(skipped), tuple(notes)


def _duration(days: float) -> str:
    """Returns days in the unit that suits them."""
    for unit, size in (("day", 1.0), ("hour", 1 / 24), ("minute", 1 / 1440)):
        if days >= size * 0.999:
            return f"{days / size:.4g} {unit}{'s'[: abs(days / size - 1) > 1e-9]}"
    return f"{days * 86400:.4g} seconds"


def _without_gaps(
    table: np.ndarray, days: np.ndarray, series: np.ndarray, names: Sequence[str]
) -> tuple[_Series, tuple[str, ...]]:
    """Returns the series with every gap filled by the value before, and how many there were."""
    import numpy as np

    bounds = [0, *(np.flatnonzero(np.diff(series)) + 1).tolist(), len(series)]
    parts = tuple(slice(a, b) for a, b in pairwise(bounds))
    values, forward, backward = table.copy(), 0, 0
    for part in parts:
        piece = values[part]
        known = ~np.isnan(piece)
        # Position of the last known value, or -1.
        last = np.maximum.accumulate(np.where(known, np.arange(len(piece))[:, None], -1), axis=0)
        first = np.where(known.any(axis=0), known.argmax(axis=0), -1)
        leading = (last < 0) & (first >= 0)
        forward += int((~known & (last >= 0)).sum())
        backward += int(leading.sum())
        source = np.where(last >= 0, last, first)
        taken = np.take_along_axis(piece, np.maximum(source, 0), axis=0)
        # A series that lacks a column altogether has zeros there.
        values[part] = np.where(source < 0, 0.0, taken)
    gaps = int(np.isnan(table).sum())
    notes = []
    if forward:
        notes.append(f"{forward:,} missing values are filled with the value before.")
    if backward:
        notes.append(
            f"{backward:,} missing values at the beginning of a series are filled with the first"
            " one known."
        )
    if gaps - forward - backward:
        notes.append(
            f"{gaps - forward - backward:,} values are 0: their series has none in that column."
        )
    return _Series(values, days, parts), tuple(notes)


def _lengths(
    series: _Series, target: int, options: ReadOptions
) -> tuple[int, int, tuple[str, ...]]:
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


def _long_enough(series: _Series, steps: int) -> tuple[_Series, tuple[str, ...]]:
    """Returns the series that hold a window, and what to say of the others."""
    kept = tuple(part for part in series.parts if part.stop - part.start >= steps)
    if not kept:
        raise UserInputError(
            f"A forecast needs series of at least {steps} rows (lookback and horizon)."
            f" Received: {max(series.lengths)}. Shorten --lookback or --horizon, or add data."
        )
    short = len(series.parts) - len(kept)
    if not short:
        return series, ()
    note = f"{short:,} of {len(series.parts):,} series are left out: shorter than {steps} rows."
    return replace(series, parts=kept), (note,)


def _starts(series: _Series, lookback: int, horizon: int) -> np.ndarray:
    """Returns where each window begins, in the order of the time of its last step seen."""
    import numpy as np

    starts = np.concatenate(
        [np.arange(part.start, part.stop - lookback - horizon + 1) for part in series.parts]
    )
    if len(series.parts) == 1:
        return starts
    return starts[np.argsort(series.days[starts + lookback - 1], kind="stable")]


def _overlap(count: int, lookback: int, horizon: int, series: int) -> tuple[int, tuple[str, ...]]:
    """Returns how many windows are left out between two splits, and what to say of it.

    Windows that begin `lookback + horizon - 1` steps apart or less share rows. Where
    leaving out as many would cost too much, what is forecast is still in one split
    only: `horizon - 1` steps, and later windows may see rows that earlier ones forecast,
    as they do when a forecast is made.
    """
    strict = (lookback + horizon - 1) * series
    if strict <= _MOST_LOST * count:
        return strict, ()
    note = (
        "The series is short: windows of a later split see rows of the split before, and no"
        " value is forecast in two of them."
    )
    return (horizon - 1) * series, (note,)


def _target(names: Sequence[str], horizon: int) -> Target:
    steps = range(1, horizon + 1)
    shown = [name if horizon == 1 else f"{name} +{step}" for step in steps for name in names]
    return Target("number", tuple(shown), steps=tuple(step for step in steps for _ in names))


def _bounds(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return (low, high) if low < high else (low, low + 1.0)
