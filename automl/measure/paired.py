"""How sure it is that one model is better than another, on the same examples.

Two models are mostly right and wrong on the same examples. What sets them apart
is told by those on which they differ, and far more surely than the error of each
on its own would have it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from automl.tasks.metrics import metric_of
from automl.tasks.scores import Scorer, UndefinedError, scored

if TYPE_CHECKING:
    import numpy as np

#: Resamples of a bootstrap.
RESAMPLES = 200
#: Examples that are compared at most, evenly spread over those there are.
MOST = 5_000
_SEED = 20_212


def compared_rows(count: int) -> np.ndarray:
    """Returns the positions of the examples that models are compared on."""
    from automl.tasks.base import spread

    return spread(count, MOST)


def paired_error(
    scorer: Scorer,
    metric: str,
    one: Sequence[np.ndarray],
    other: Sequence[np.ndarray],
    y: np.ndarray,
) -> float | None:
    """Returns the standard error of the difference of a metric between two models.

    It says how the difference would vary with other examples of the same kind. A
    model may be given as several trainings of it, whose mean is what counts.

    Of an accuracy it is that of paired shares, with one disagreement added each
    way so that two models that agree on few examples are not taken for equal for
    certain (after Agresti and Min, 2005, https://doi.org/10.1002/sim.1781); of
    other metrics a bootstrap over examples, the same for both.

    Args:
        scorer: Computes the metric.
        metric: Its name.
        one: Outputs of one model's trainings, each count first.
        other: The same of the other model.
        y: What was right, count first.

    Returns:
        The error, or None where the metric has a value on too few resamples.
    """
    if len(y) < 2:
        return None
    if metric == "accuracy":
        return _of_shares(_right(one, y) - _right(other, y))
    least = 1 / (len(y) + 2) if metric_of(metric).bounded else 0.0
    return _bootstrap(scorer, one, other, y, least)


def _right(trainings: Sequence[np.ndarray], y: np.ndarray) -> np.ndarray:
    """Returns for each example the share of the trainings that are right."""
    import numpy as np

    share: np.ndarray = np.mean([outputs.argmax(axis=-1) == y for outputs in trainings], axis=0)
    return share


def _of_shares(differences: np.ndarray) -> float:
    count = len(differences)
    squares = float((differences**2).sum()) + 1.0
    return math.sqrt(squares - float(differences.sum()) ** 2 / (count + 2)) / (count + 2)


def _bootstrap(
    scorer: Scorer,
    one: Sequence[np.ndarray],
    other: Sequence[np.ndarray],
    y: np.ndarray,
    least: float,
) -> float | None:
    import numpy as np

    random = np.random.default_rng(_SEED)
    found: list[float] = []
    for _ in range(RESAMPLES):
        rows = random.integers(len(y), size=len(y))
        try:
            found.append(_mean(scorer, one, y, rows) - _mean(scorer, other, y, rows))
        except UndefinedError:
            continue
    if len(found) < RESAMPLES // 2:
        return None
    return max(least, float(np.std(found)))


def _mean(
    scorer: Scorer, trainings: Sequence[np.ndarray], y: np.ndarray, rows: np.ndarray
) -> float:
    total = sum(scored(scorer, outputs[rows], y[rows]) for outputs in trainings)
    return float(total) / len(trainings)
