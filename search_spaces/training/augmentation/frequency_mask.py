"""Spectrograms with some frequencies missing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_spaces.training.augmentation.erasing import stretch


def mask_frequencies(
    values: NDArray[Any],
    share: float,
    fill: NDArray[Any],
    rng: np.random.Generator,
) -> NDArray[Any]:
    """Fills one band of each spectrogram's bins.

    Source: Park et al., "SpecAugment", 2019, https://arxiv.org/abs/1904.08779.

    Args:
        values: (batch, frames, bins, channels), not changed.
        share: Widest band, as a share of the bins.
        fill: What it is filled with, one value for each channel or for all.
        rng: What is drawn from.
    """
    count, _, bins, _ = values.shape
    return np.where(stretch(count, bins, share, rng)[:, None, :, None], fill, values)
