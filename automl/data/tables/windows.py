"""Series without gaps, and the windows that slide over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: Share of the windows that may be lost between two splits.
_MOST_LOST = 0.1


@dataclass(frozen=True, eq=False)
class Series:
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


@dataclass(frozen=True, eq=False)
class Windows:
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


def without_gaps(
    table: np.ndarray, days: np.ndarray, series: np.ndarray, names: Sequence[str]
) -> tuple[Series, tuple[str, ...]]:
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
    return Series(values, days, parts), tuple(notes)


def long_enough(series: Series, steps: int) -> tuple[Series, tuple[str, ...]]:
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


def starts_of(series: Series, lookback: int, horizon: int) -> np.ndarray:
    """Returns where each window begins, in the order of the time of its last step seen."""
    import numpy as np

    starts = np.concatenate(
        [np.arange(part.start, part.stop - lookback - horizon + 1) for part in series.parts]
    )
    if len(series.parts) == 1:
        return starts
    return starts[np.argsort(series.days[starts + lookback - 1], kind="stable")]


def overlap_of(count: int, lookback: int, horizon: int, series: int) -> tuple[int, tuple[str, ...]]:
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
