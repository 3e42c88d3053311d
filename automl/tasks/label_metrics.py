"""Metrics of any number of labels at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.tasks.class_metrics import mean_auc
from automl.tasks.scores import Scorer, UndefinedError

if TYPE_CHECKING:
    import numpy as np

#: A label holds from this probability on.
CUT = 0.5


def label_scorers() -> dict[str, Scorer]:
    """Returns macro F1 first: it judges the labels as they are told, at the cut."""
    return {
        "macro_f1": macro_f1,
        "auc": auc,
        "subset_accuracy": subset_accuracy,
        "label_accuracy": label_accuracy,
    }


def macro_f1(outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns the mean F1 over the labels that occur.

    Raises:
        UndefinedError: If no label holds of any example.
    """
    from sklearn.metrics import f1_score

    occurring = y.any(axis=0)
    if not occurring.any():
        raise UndefinedError("no label holds of any example")
    right, told = y[:, occurring] > CUT, outputs[:, occurring] >= CUT
    if right.shape[1] == 1:
        return float(f1_score(right[:, 0], told[:, 0], zero_division=0.0))
    return float(f1_score(right, told, average="macro", zero_division=0.0))


def auc(outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns the mean area under the ROC curve, over labels that hold of some examples only.

    Raises:
        UndefinedError: If there is no such label.
    """
    import numpy as np

    labels = np.flatnonzero(y.any(axis=0) & ~y.all(axis=0))
    if not len(labels):
        raise UndefinedError("every label holds of all examples or of none")
    return mean_auc(lambda k: (y[:, labels[k]] > CUT, outputs[:, labels[k]]), len(labels))


def subset_accuracy(outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns the share of examples of which every label is right."""
    return float(((outputs >= CUT) == (y > CUT)).all(axis=1).mean())


def label_accuracy(outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns the share of single labels right: 1 minus the Hamming loss."""
    return float(((outputs >= CUT) == (y > CUT)).mean())
