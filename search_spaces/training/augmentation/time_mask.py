"""Examples with some time missing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_spaces.training.augmentation.erasing import stretch


def mask_time(
    values: NDArray[Any],
    share: float,
    fill: NDArray[Any],
    lengths: NDArray[Any],
    rng: np.random.Generator,
) -> NDArray[Any]:
    """Fills one stretch of each example's steps.

    Source: Park et al., "SpecAugment", 2019, https://arxiv.org/abs/1904.08779.

    Args:
        values: (batch, steps, ..., channels), not changed.
        share: Longest stretch, as a share of an example's length.
        fill: What it is filled with, one value for each channel or for all.
        lengths: Steps of each example that are no padding.
        rng: What is drawn from.
    """
    count, steps = values.shape[:2]
    inside = stretch(count, steps, share, rng, lengths)
    return np.where(inside.reshape(count, steps, *[1] * (values.ndim - 2)), fill, values)
