"""Images of more or less contrast."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def contrast(images: NDArray[Any], share: float, rng: np.random.Generator) -> NDArray[Any]:
    """Scales each image's distance from its mean, channel by channel, by up to `share`.

    Args:
        images: (batch, height, width, channels), not changed.
        share: Largest relative change.
        rng: What is drawn from.
    """
    return contrasted(images, rng.uniform(1 - share, 1 + share, len(images)))


def contrasted(images: NDArray[Any], factors: NDArray[Any]) -> NDArray[Any]:
    """Scales each image's distance from its mean by its factor."""
    means = images.mean(axis=(1, 2), keepdims=True)
    factors = factors.astype(np.float32)[:, None, None, None]
    changed: NDArray[Any] = images * factors + means * (1 - factors)
    return changed
