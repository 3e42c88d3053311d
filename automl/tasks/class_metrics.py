"""Metrics of one class out of several."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from automl.tasks.scores import Scorer, UndefinedError

if TYPE_CHECKING:
    import numpy as np


def class_scorers() -> dict[str, Scorer]:
    """Returns accuracy first, then what does not favour common classes."""
    return {
        "accuracy": accuracy,
        "balanced_accuracy": balanced_accuracy,
        "macro_f1": macro_f1,
        "auc": auc,
    }


def accuracy(outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns the share of examples whose largest output is the right class."""
    return float((outputs.argmax(axis=-1) == y).mean())


def balanced_accuracy(outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns the mean over the classes that occur of the share that is found."""
    from sklearn.metrics import recall_score

    return float(
        recall_score(y, outputs.argmax(axis=-1), labels=_occurring(y), average="macro")
    )  # fmt: skip


def macro_f1(outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns the mean F1 over the classes that occur."""
    from sklearn.metrics import f1_score

    return float(
        f1_score(
            y, outputs.argmax(axis=-1), labels=_occurring(y), average="macro", zero_division=0.0
        )
    )  # fmt: skip


def auc(outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns the area under the ROC curve, each class against the rest, mean of those that occur.

    Raises:
        UndefinedError: If all examples are of one class.
    """
    classes = _occurring(y)
    if len(classes) < 2:
        raise UndefinedError("all examples are of one class")
    if outputs.shape[1] == 2:
        classes = classes[-1:]  # The other's is the same.
    return mean_auc(lambda k: (y == classes[k], outputs[:, classes[k]]), len(classes))


def mean_auc(columns: Callable[[int], tuple[np.ndarray, np.ndarray]], count: int) -> float:
    """Returns the mean area under the ROC curve.

    Args:
        columns: Position -> which examples are positive, and the score of each.
        count: Number of positions.
    """
    from sklearn.metrics import roc_auc_score

    return sum(float(roc_auc_score(*columns(k))) for k in range(count)) / count


def _occurring(y: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.unique(y)
