"""Mirrored images."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def flip(images: NDArray[Any], way: str, rng: np.random.Generator) -> NDArray[Any]:
    """Mirrors each image left to right half of the time, and with ``"both"`` upside down too.

    Args:
        images: (batch, height, width, channels), not changed.
        way: ``"horizontal"`` or ``"both"``.
        rng: What is drawn from.
    """
    images = images.copy()
    chosen = rng.random(len(images)) < 0.5
    images[chosen] = images[chosen, :, ::-1]
    if way == "both":
        chosen = rng.random(len(images)) < 0.5
        images[chosen] = images[chosen, ::-1]
    return images
