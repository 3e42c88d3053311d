"""Labels of one split, as plain arrays without those that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.data.base import Skipped

if TYPE_CHECKING:
    import numpy as np

#: Why an example is left out.
NO_TARGET = "its target is missing or infinite"


@dataclass(frozen=True, eq=False)
class Part:
    """The labels of one split, as they were given.

    Attributes:
        name: What messages call them, e.g. ``"y_test"``.
        values: The labels, count or count x columns.
        count: Number of examples that they belong to.
    """

    name: str
    values: np.ndarray
    count: int


def plain(part: Part) -> Part:
    """Returns the part with a column of labels as a row, bytes and objects as text."""
    import numpy as np

    values = np.asarray(part.values)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]  # As Keras's own data sets have it.
    if values.dtype.kind == "O" and values.size:
        values = _of_objects(values)
    if values.dtype.kind == "S":
        values = np.char.decode(values, "utf-8", "replace")
    if values.dtype.name in ("bfloat16", "float16"):
        values = values.astype(np.float32)
    return Part(part.name, values, part.count)


def _of_objects(values: np.ndarray) -> np.ndarray:
    """Returns objects as text, if all are, or as numbers."""
    import numpy as np

    flat = [each.decode("utf-8", "replace") if isinstance(each, bytes) else each
            for each in values.ravel().tolist()]  # fmt: skip
    if all(isinstance(each, str) for each in flat):
        return np.array(flat).reshape(values.shape)
    if all(isinstance(each, bool | int | float) or each is None for each in flat):
        numbers = [np.nan if each is None else each for each in flat]
        return np.array(numbers).reshape(values.shape)
    return values


def with_target(
    parts: list[Part],
) -> tuple[list[Part], tuple[np.ndarray | None, ...], tuple[Skipped, ...]]:
    """Leaves out examples whose number is missing: nothing can be learned from them."""
    import numpy as np

    left: list[Part] = []
    kept: list[np.ndarray | None] = []
    skipped: list[Skipped] = []
    for part in parts:
        known = np.ones(len(part.values), bool)
        if part.values.dtype.kind == "f":
            known = np.isfinite(part.values).reshape(len(part.values), -1).all(axis=1)
        if known.all():
            left.append(part)
            kept.append(None)
            continue
        rows = np.flatnonzero(known)
        left.append(Part(part.name, part.values[rows], len(rows)))
        kept.append(rows)
        skipped += [
            Skipped(f"{part.name}[{row}]", NO_TARGET) for row in np.flatnonzero(~known).tolist()
        ]
    return left, tuple(kept), tuple(skipped)
