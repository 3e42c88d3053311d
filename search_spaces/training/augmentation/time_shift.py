"""Examples earlier or later."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def shift_time(
    values: NDArray[Any],
    share: float,
    lengths: NDArray[Any],
    rng: np.random.Generator,
) -> NDArray[Any]:
    """Moves each example in time; what comes into view repeats its first or last step.

    Args:
        values: (batch, steps, ...), not changed.
        share: Farthest move, as a share of an example's length.
        lengths: Steps of each example that are no padding; padding stays where it is.
        rng: What is drawn from.
    """
    count, steps = values.shape[:2]
    moves = np.round(rng.uniform(-share, share, count) * lengths).astype(int)
    places = np.arange(steps)
    last = np.maximum(lengths - 1, 0)[:, None]
    sources = np.clip(places - moves[:, None], 0, last)
    sources = np.where(places < lengths[:, None], sources, places)
    return values[np.arange(count)[:, None], sources]
