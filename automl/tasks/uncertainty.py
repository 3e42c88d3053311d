"""How far a metric would vary with other examples of the same kind."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from automl.tasks.scores import Scorer, UndefinedError, scored

if TYPE_CHECKING:
    import numpy as np

#: Resamples of a bootstrap.
RESAMPLES = 200
#: Examples that are resampled at most; of more, the error is scaled down.
MOST = 5_000
_SEED = 20_211


def binomial_error(share: float, examples: int) -> float:
    """Returns the standard error of a share of examples.

    One success and one failure are added, so that a perfect score on few
    examples is not taken for certain (after Agresti and Coull, 1998,
    https://doi.org/10.2307/2685469).
    """
    smoothed = (share * examples + 1) / (examples + 2)
    return math.sqrt(smoothed * (1 - smoothed) / (examples + 2))


def bootstrap_error(
    scorer: Scorer, outputs: np.ndarray, y: np.ndarray, *, least: float = 0.0
) -> float | None:
    """Returns the standard error of a metric, by resampling examples.

    After Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979,
    https://doi.org/10.1214/aos/1176344552. The same examples give the same error.

    Args:
        scorer: Computes the metric.
        outputs: What was put out, count first.
        y: What was right, count first.
        least: What is returned at least.

    Returns:
        The error, or None where the metric has a value on too few resamples.
    """
    import numpy as np

    random = np.random.default_rng(_SEED)
    count = len(y)
    drawn = min(count, MOST)
    if count < 2:
        return None
    values = []
    for _ in range(RESAMPLES):
        rows = random.integers(count, size=drawn)
        try:
            values.append(scored(scorer, outputs[rows], y[rows]))
        except UndefinedError:
            continue
    if len(values) < RESAMPLES // 2:
        return None
    return max(least, float(np.std(values)) * math.sqrt(drawn / count))
