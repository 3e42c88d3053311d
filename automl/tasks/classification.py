"""One class out of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.tasks.base import Task
from search_spaces import TargetSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.data.dataset import DataSummary


class Classification(Task):
    """Single-label classification; quality is top-1 accuracy."""

    name = "classification"

    @classmethod
    def suits(cls, data: DataSummary) -> str | None:
        """Returns None if there are at least two classes."""
        found = len(data.class_names)
        return None if found >= 2 else f"classification needs 2 classes, the data has {found}"

    def target(self, data: DataSummary) -> TargetSpec:
        """Returns one unit per class."""
        return TargetSpec(kind="classification", units=len(data.class_names))

    def quality(self, outputs: np.ndarray, labels: np.ndarray) -> float:
        """Returns the share of examples whose largest output is the right class."""
        return float((outputs.argmax(axis=-1) == labels).mean())

    def agreement(self, outputs: np.ndarray, reference: np.ndarray) -> float:
        """Returns the share of examples with the same top-1 class."""
        return float((outputs.argmax(axis=-1) == reference.argmax(axis=-1)).mean())
