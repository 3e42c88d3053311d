"""What examples are told apart by, so that each split has its share of every sort."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.data.base import Target

if TYPE_CHECKING:
    import numpy as np

#: Numbers are told apart by this many ranges, each with about as many examples.
BINS = 10
#: Examples a range of numbers has at least.
LEAST_IN_BIN = 5


def strata_of(y: np.ndarray, target: Target) -> np.ndarray:
    """Returns a whole number from 0 on for each example; equal ones are of one sort.

    A class is a sort, and so is a range of a single number. Several numbers, and
    examples of which nothing is known, are all of one sort. Labels are no sorts:
    `automl.data.splitting.by_labels` splits them.
    """
    import numpy as np

    if target.kind == "class":
        return y
    bins = min(BINS, len(y) // LEAST_IN_BIN)
    if target.kind != "number" or y.shape[1] != 1 or bins < 2:
        return np.zeros(len(y), np.int64)
    edges = np.quantile(y[:, 0], np.linspace(0, 1, bins + 1)[1:-1])
    return np.searchsorted(edges, y[:, 0], side="right").astype(np.int64)
