"""When each row of a table was, and the order that this gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.data.base import Skipped
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

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


def in_order(
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
