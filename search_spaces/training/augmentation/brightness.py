"""Brighter and darker images."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def brightness(images: NDArray[Any], change: float, rng: np.random.Generator) -> NDArray[Any]:
    """Adds one number to each image, drawn up to `change` either way, in raw units.

    Args:
        images: (batch, height, width, channels), not changed.
        change: Largest change.
        rng: What is drawn from.
    """
    changes = rng.uniform(-change, change, len(images)).astype(np.float32)
    return images + changes[:, None, None, None]
