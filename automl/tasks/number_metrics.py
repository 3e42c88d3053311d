"""Metrics of numbers, in the units of the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.tasks.scores import Scorer, UndefinedError

if TYPE_CHECKING:
    import numpy as np


def rmse(outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns the root mean squared error, mean over the numbers."""
    from sklearn.metrics import root_mean_squared_error

    return float(root_mean_squared_error(y, outputs))


def mae(outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns the mean absolute error, mean over the numbers."""
    from sklearn.metrics import mean_absolute_error

    return float(mean_absolute_error(y, outputs))


def r2(outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns the share of variance explained, mean over the numbers.

    Raises:
        UndefinedError: If a number never changes.
    """
    from sklearn.metrics import r2_score

    if len(y) < 2 or (y == y[0]).all(axis=0).any():
        raise UndefinedError("the right answers are all the same")
    return float(r2_score(y, outputs))


def mase(naive_error: float) -> Scorer:
    """Returns what computes the mean absolute scaled error.

    After Hyndman and Koehler, "Another look at measures of forecast accuracy",
    2006, https://doi.org/10.1016/j.ijforecast.2006.03.001.

    Args:
        naive_error: Mean absolute error of persistence on training data.
    """

    def scaled(outputs: np.ndarray, y: np.ndarray) -> float:
        if naive_error <= 0:
            raise UndefinedError("repeating the last value makes no error on training data")
        return mae(outputs, y) / naive_error

    return scaled
