"""Noisy examples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def add_noise(
    values: NDArray[Any], deviation: NDArray[Any], rng: np.random.Generator
) -> NDArray[Any]:
    """Adds Gaussian noise.

    Args:
        values: (batch, ..., channels), not changed.
        deviation: The noise's deviation, one for each channel or for all, raw units.
        rng: What is drawn from.
    """
    noise = rng.standard_normal(values.shape, dtype=np.float32)
    noise *= deviation
    noise += values
    return noise
