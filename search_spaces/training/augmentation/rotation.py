"""Turned images."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def rotations(count: int, degrees: float, rng: np.random.Generator) -> NDArray[Any]:
    """Returns maps for `warp`, (count, 2, 2), that turn by up to `degrees` either way."""
    return turned(rng.uniform(-degrees, degrees, count))


def turned(degrees: NDArray[Any]) -> NDArray[Any]:
    """Returns maps for `warp`, (count, 2, 2), that turn by the angles given."""
    angles = np.deg2rad(degrees)
    cosine, sine = np.cos(angles), np.sin(angles)
    maps = np.stack([cosine, -sine, sine, cosine], axis=-1)
    return maps.reshape(-1, 2, 2).astype(np.float32)
