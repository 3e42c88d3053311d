"""Images moved by whole pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def shift(images: NDArray[Any], share: float, rng: np.random.Generator) -> NDArray[Any]:
    """Moves each image by up to `share` of its sides, at least up to one pixel.

    What comes into view repeats the edge.

    Args:
        images: (batch, height, width, channels), not changed.
        share: Farthest move, as a share of height and of width.
        rng: What is drawn from.
    """
    count, height, width, _ = images.shape
    rows, columns = (_moved(count, side, share, rng) for side in (height, width))
    examples = np.arange(count)[:, None, None]
    moved: NDArray[Any] = images[examples, rows[:, :, None], columns[:, None, :]]
    return moved


def _moved(count: int, side: int, share: float, rng: np.random.Generator) -> NDArray[Any]:
    """Returns the source position of every position, (count, side)."""
    most = min(max(1, round(share * side)), side - 1)
    moves = rng.integers(-most, most, count, endpoint=True)
    places: NDArray[Any] = np.clip(np.arange(side) - moves[:, None], 0, side - 1)
    return places
