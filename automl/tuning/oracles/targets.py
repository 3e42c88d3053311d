"""What a model of scores is fitted to."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: The gap to the best that is told apart best, as a share of the median gap.
FINE = 0.3


def warped(scores: Array) -> Array:
    """Returns scores on the scale of the logarithm of their gap to the best.

    Scores of trials crowd near the best and trail off far below, where models
    that learned nothing lie. On this scale a model spends itself on what is
    good; how bad the bad ones are hardly matters.

    Args:
        scores: Shape (trials,); higher is better.
    """
    import numpy as np

    gaps = scores.max() - scores
    middle = float(np.median(gaps)) or float(gaps.mean()) or 1.0
    targets: Array = -np.log1p(gaps / (FINE * middle))
    return targets


def clipped(values: Array) -> Array:
    """Returns values with those far below the rest raised to where the rest begins.

    The fence is Tukey's: one and a half interquartile ranges below the first quartile.
    """
    import numpy as np

    low, high = np.quantile(values, [0.25, 0.75])
    raised: Array = np.maximum(values, low - 1.5 * (high - low))
    return raised
