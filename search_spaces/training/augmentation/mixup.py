"""Averages of two examples."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def mixup(
    inputs: NDArray[Any],
    targets: NDArray[Any],
    shape: float,
    rng: np.random.Generator,
    present: NDArray[Any] | None = None,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Averages each example with another of its batch, and their targets by the same weights.

    Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2017,
    https://arxiv.org/abs/1710.09412. A weight for each example, not one a batch.

    Args:
        inputs: (batch, ...), not changed.
        targets: Probabilities or numbers, (batch, ...), not changed.
        shape: Shape of the Beta distribution of the weights.
        rng: What is drawn from.
        present: Which steps are no padding, (batch, steps, 1): where one of two
            examples has ended the other is left as it is.
    """
    others = rng.permutation(len(inputs))
    weights = rng.beta(shape, shape, len(inputs)).astype(np.float32)
    mixed = _averaged(inputs, others, weights)
    if present is not None:
        mixed = np.where(present & present[others], mixed, inputs)
    return mixed, _averaged(np.asarray(targets, np.float32), others, weights)


def _averaged(values: NDArray[Any], others: NDArray[Any], weights: NDArray[Any]) -> NDArray[Any]:
    weights = weights.reshape(-1, *[1] * (values.ndim - 1))
    averages: NDArray[Any] = values * weights + values[others] * (1 - weights)
    return averages
