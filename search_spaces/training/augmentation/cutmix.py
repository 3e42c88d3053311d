"""Images with a rectangle of another."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def cutmix(
    images: NDArray[Any], targets: NDArray[Any], rng: np.random.Generator
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Pastes a rectangle of another image into each; targets are mixed by area.

    Source: Yun et al., "CutMix: Regularization Strategy to Train Strong
    Classifiers with Localizable Features", 2019, https://arxiv.org/abs/1905.04899.

    Args:
        images: (batch, height, width, channels), not changed.
        targets: Probabilities, (batch, units), not changed.
        rng: What is drawn from.
    """
    count, height, width, _ = images.shape
    others = rng.permutation(count)
    side = math.sqrt(rng.random())  # The area is uniform, as Beta(1, 1) is.
    top, bottom = _span(height, side, rng)
    left, right = _span(width, side, rng)
    images = images.copy()
    images[:, top:bottom, left:right] = images[others, top:bottom, left:right]
    share = np.float32((bottom - top) * (right - left) / (height * width))
    targets = np.asarray(targets, np.float32)
    return images, targets * (1 - share) + targets[others] * share


def _span(side: int, share: float, rng: np.random.Generator) -> tuple[int, int]:
    """Returns a stretch around a uniform center, cut off at the edges."""
    center, half = rng.integers(0, side), share * side / 2
    return max(0, round(center - half)), min(side, round(center + half))
