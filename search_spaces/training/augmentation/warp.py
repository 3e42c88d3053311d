"""Images seen through an affine map: what rotation, zoom and shear share."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def warp(images: NDArray[Any], maps: NDArray[Any]) -> NDArray[Any]:
    """Returns images whose pixels are read elsewhere, interpolated between four neighbors.

    What comes into view repeats the edge.

    Args:
        images: (batch, height, width, channels), not changed.
        maps: (batch, 2, 2): takes a place (row, column) in the result, in pixels
            from the center, to the place it is read from.
    """
    count, height, width, channels = images.shape
    rows = np.arange(height, dtype=np.float32) - (height - 1) / 2
    columns = np.arange(width, dtype=np.float32) - (width - 1) / 2
    y, y_part = _read(maps[:, 0], rows, columns, height)
    x, x_part = _read(maps[:, 1], rows, columns, width)
    flat = images.reshape(-1, channels)
    corner = (np.arange(count, dtype=np.int32) * height * width)[:, None, None] + y * width + x
    # One step aside at the last row or column would leave the image.
    right, below = (x < width - 1).astype(np.int32), (y < height - 1).astype(np.int32) * width
    top = _between(flat[corner], flat[corner + right], x_part)
    bottom = _between(flat[corner + below], flat[corner + below + right], x_part)
    return _between(top, bottom, y_part)


def _read(
    coefficients: NDArray[Any],
    rows: NDArray[Any],
    columns: NDArray[Any],
    side: int,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Returns whole positions and what is left of them, each (batch, height, width)."""
    places = (coefficients[:, :1] * rows)[:, :, None] + (coefficients[:, 1:] * columns)[:, None, :]
    places = np.clip(places + np.float32((side - 1) / 2), 0, side - 1)
    whole = places.astype(np.int32)
    return whole, places - whole.astype(np.float32)


def _between(one: NDArray[Any], other: NDArray[Any], part: NDArray[Any]) -> NDArray[Any]:
    other -= one
    other *= part[..., None]
    other += one
    return other
