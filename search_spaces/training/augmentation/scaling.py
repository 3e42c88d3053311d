"""Stronger and weaker series."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def scale(
    values: NDArray[Any],
    deviation: float,
    mean: NDArray[Any],
    rng: np.random.Generator,
) -> NDArray[Any]:
    """Scales the distance from the mean of each example and channel.

    Source: Um et al., "Data Augmentation of Wearable Sensor Data for Parkinson's
    Disease Monitoring", 2017, https://arxiv.org/abs/1706.00527.

    Args:
        values: (batch, steps, channels), not changed.
        deviation: Deviation of the factor, whose mean is 1.
        mean: Mean of each channel, or of all.
        rng: What is drawn from.
    """
    shape = (len(values), 1, values.shape[-1])
    factors = 1 + np.float32(deviation) * rng.standard_normal(shape, dtype=np.float32)
    changed: NDArray[Any] = mean + (values - mean) * factors
    return changed
