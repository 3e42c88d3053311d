"""Images with a rectangle missing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def erase(
    images: NDArray[Any],
    share: float,
    fill: NDArray[Any],
    rng: np.random.Generator,
) -> NDArray[Any]:
    """Fills a random rectangle of each image.

    Sources: DeVries and Taylor, "Improved Regularization of Convolutional Neural
    Networks with Cutout", 2017, https://arxiv.org/abs/1708.04552; Zhong et al.,
    "Random Erasing Data Augmentation", 2017, https://arxiv.org/abs/1708.04896.

    Args:
        images: (batch, height, width, channels), not changed.
        share: Longest sides of the rectangle, as a share of the image's.
        fill: What it is filled with, one value for each channel or for all.
        rng: What is drawn from.
    """
    count, height, width, _ = images.shape
    inside = (
        stretch(count, height, share, rng)[:, :, None]
        & stretch(count, width, share, rng)[:, None, :]
    )
    return np.where(inside[..., None], fill, images)


def stretch(
    count: int,
    side: int,
    share: float,
    rng: np.random.Generator,
    lengths: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """Returns one random stretch of positions for each example, (count, side).

    Args:
        count: Examples.
        side: Positions.
        share: Longest stretch, as a share of the length.
        rng: What is drawn from.
        lengths: Positions of each example that are data; all if None.
    """
    limits = np.full(count, side) if lengths is None else lengths
    sizes = np.round(rng.random(count) * share * limits)
    begins = np.floor(rng.random(count) * (limits - sizes + 1))
    places = np.arange(side)
    inside: NDArray[Any] = (places >= begins[:, None]) & (places < (begins + sizes)[:, None])
    return inside
