"""Examples of one shape: lists become arrays, shorter sequences are padded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from automl.data.arrays.gaps import interpolated, without_gaps
from automl.data.options import AUTO
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np


def several(kind: str) -> str:
    """Returns what several examples of a kind are called."""
    return {"series": "series", "tokens": "rows of tokens"}.get(kind, f"{kind}s")


def stacked_arrays(
    parts: Sequence[tuple[str, Any]], kind: str
) -> tuple[list[tuple[str, np.ndarray]], str, bool, list[str]]:
    """Returns arrays, what they hold, whether they had to be padded, and notes."""
    import numpy as np

    values = [(name, _as_array(name, x)) for name, x in parts]
    if not any(isinstance(x, list) for _, x in values):
        return values, kind, False, []
    rows = [row for _, x in values for row in x]
    if len({(row.ndim, row.shape[1:]) for row in rows}) > 1 or rows[0].ndim not in (1, 2):
        shapes = sorted({str(row.shape) for row in rows})
        raise UserInputError(
            f"{parts[0][0]} must hold examples of one shape, or series of several lengths."
            f" Received: shapes {', '.join(shapes[:3])}."
        )
    if kind == AUTO:
        whole = rows[0].ndim == 1 and all(row.dtype.kind in "ui" for row in rows)
        kind = "tokens" if whole else "series"
    if kind not in ("series", "tokens"):
        raise UserInputError(
            f"Examples of several lengths are series or tokens. Received: input={kind!r}."
        )
    if empty := sum(not len(row) for row in rows):
        raise UserInputError(f"{several(kind)} must hold values. Received: {empty} without any.")
    gaps = 0
    for _, x in values:
        for position, row in enumerate(x):
            if row.dtype.kind == "f" and kind == "series" and (missing := int(np.isnan(row).sum())):
                gaps += missing
                x[position] = without_gaps(row.reshape(len(row), -1)).reshape(row.shape)
    longest = max(map(len, rows))
    notes = [interpolated(gaps, "the series")] if gaps else []
    return [(name, _pad(x, longest)) for name, x in values], kind, True, notes


def _as_array(name: str, x: Any) -> Any:
    """Returns an array, or a list of arrays whose lengths differ."""
    import numpy as np

    if isinstance(x, np.ndarray) and x.dtype.kind != "O":
        return x
    if hasattr(x, "__array__") and not isinstance(x, np.ndarray):
        return _as_array(name, np.asarray(x))
    rows = [np.asarray(each) for each in x]
    if rows and len({row.shape for row in rows}) == 1:
        return np.stack(rows)
    if not rows or any(not row.ndim or row.dtype.kind not in "uifb" for row in rows):
        raise UserInputError(f"{name} must hold arrays of numbers. Received: {type(x).__name__}.")
    return rows


def _pad(rows: Any, longest: int) -> np.ndarray:
    import numpy as np

    dtype = np.result_type(*{row.dtype for row in rows})
    out = np.zeros((len(rows), longest, *rows[0].shape[1:]), dtype)
    for position, row in enumerate(rows):
        out[position, : len(row)] = row
    return out


def one_shape(arrays: list[np.ndarray], names: list[str], kind: str) -> list[np.ndarray]:
    """Returns arrays of one shape; shorter sequences are padded as the longest of any split."""
    import numpy as np

    if kind in ("series", "tokens") and len({x.shape[2:] for x in arrays}) == 1:
        longest = max(x.shape[1] for x in arrays)
        arrays = [
            np.pad(x, [(0, 0), (0, longest - x.shape[1]), *[(0, 0)] * (x.ndim - 2)])
            if x.shape[1] < longest else x
            for x in arrays
        ]  # fmt: skip
    for name, x in zip(names[1:], arrays[1:], strict=True):
        if x.shape[1:] != arrays[0].shape[1:]:
            raise UserInputError(
                f"{name} must have {several(kind)} of {names[0]}'s shape. Received:"
                f" {names[0]} {arrays[0].shape[1:]}, {name} {x.shape[1:]}."
            )
    return arrays
