"""Series with missing values: their end is padding, what is within is interpolated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np


def mended(x: np.ndarray, name: str) -> tuple[np.ndarray, list[str]]:
    """Fills what is missing in series: the end becomes padding, the rest is interpolated."""
    import numpy as np

    gaps = np.isnan(x) if x.dtype.kind == "f" else np.zeros(0, bool)
    if not gaps.any():
        return x, []
    x = x.copy()
    empty: np.ndarray = np.asarray(gaps.all(axis=-1))
    # Steps at the end of which nothing is known: how pandas pads series of several lengths.
    ends = np.logical_and.accumulate(empty[:, ::-1], axis=1)[:, ::-1]
    if ends.all(axis=1).any():
        row = int(np.flatnonzero(ends.all(axis=1))[0])
        raise UserInputError(f"Series must hold values. Received: {name}[{row}], which is all NaN.")
    x[ends] = 0
    notes = []
    if ends.any():
        notes.append(
            f"{int(ends.any(axis=1).sum()):,} series of {name} end in NaN: taken for padding."
        )
    inner = gaps & ~ends[..., np.newaxis]
    for row in np.flatnonzero(inner.any(axis=(1, 2))).tolist():
        steps = slice(0, int((~ends[row]).sum()))
        x[row, steps] = without_gaps(x[row, steps])
    if inner.any():
        where = f"{int(inner.any(axis=(1, 2)).sum()):,} series of {name}"
        notes.append(interpolated(int(inner.sum()), where))
    return x, notes


def interpolated(count: int, where: str) -> str:
    """Returns what to say of values that were missing."""
    values = "value of" if count == 1 else "values of"
    return (
        f"{count:,} missing {values} {where} interpolated: give exported files series without gaps."
    )


def without_gaps(series: np.ndarray) -> np.ndarray:
    """Returns a series, steps x channels, without NaN.

    Gaps are filled on a line between their neighbours, at the ends with the
    nearest value, and a channel of which nothing is known with 0.
    """
    import numpy as np

    out = series.copy()
    for channel in np.flatnonzero(np.isnan(series).any(axis=0)).tolist():
        missing = np.isnan(series[:, channel])
        known, gaps = np.flatnonzero(~missing), np.flatnonzero(missing)
        out[gaps, channel] = np.interp(gaps, known, series[known, channel]) if len(known) else 0
    return out
