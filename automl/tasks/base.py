"""The role of a task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from search_spaces import TargetSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.data.dataset import DataSummary


class Task(ABC):
    """A question asked of data."""

    #: Name in the registry.
    name: ClassVar[str]

    @classmethod
    @abstractmethod
    def suits(cls, data: DataSummary) -> str | None:
        """Returns None if the data can answer the question, else the reason why not."""

    @abstractmethod
    def target(self, data: DataSummary) -> TargetSpec:
        """Returns what a model must put out."""

    @abstractmethod
    def quality(self, outputs: np.ndarray, labels: np.ndarray) -> float:
        """Returns how good outputs are, from 0 to 1.

        Args:
            outputs: Model outputs, examples x units.
            labels: What was right, examples.
        """

    @abstractmethod
    def agreement(self, outputs: np.ndarray, reference: np.ndarray) -> float:
        """Returns the share of examples on which two outputs say the same, from 0 to 1."""
