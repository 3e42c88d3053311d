"""Images nearer or farther."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def zooms(count: int, share: float, rng: np.random.Generator) -> NDArray[Any]:
    """Returns maps for `warp`, (count, 2, 2), that scale by up to `share` up or down."""
    scales = 1.0 / rng.uniform(1 - share, 1 + share, count)
    return (np.eye(2) * scales[:, None, None]).astype(np.float32)
