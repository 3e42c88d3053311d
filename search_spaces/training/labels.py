"""Class labels as probabilities."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from search_spaces.errors import UserInputError


def one_hot(labels: Any, units: int) -> NDArray[np.float32]:
    """Returns class indices as probabilities, (examples, units); probabilities as they are.

    Args:
        labels: (examples,), (examples, 1) or (examples, units).
        units: Number of classes.

    Raises:
        UserInputError: If a label is no class.
    """
    array = np.asarray(keras.ops.convert_to_numpy(labels))
    if array.ndim == 2 and array.shape[1] == units:
        return array.astype(np.float32)
    indices = array.reshape(-1).astype(np.int64)
    known = np.isin(indices, np.arange(units)).all()
    if len(indices) != len(array) or not known:
        raise UserInputError(
            f"Labels are class indices from 0 to {units - 1}, or {units} probabilities each."
            f" Received: shape={array.shape}, from {array.min()} to {array.max()}"
        )
    return np.eye(units, dtype=np.float32)[indices]


def smoothed(labels: NDArray[np.float32], share: float) -> NDArray[np.float32]:
    """Returns probabilities of which a share is spread over all classes.

    Source: Szegedy et al., 2015, https://arxiv.org/abs/1512.00567.

    Args:
        labels: (examples, units), not changed.
        share: What is spread, in [0, 1).
    """
    return labels * np.float32(1 - share) + np.float32(share / labels.shape[1])
