"""The role of a task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from automl.tasks.metrics import VALIDATION, metric_of
from automl.tasks.scores import Scorer, Scores, UndefinedError, score_all, scored
from automl.tasks.uncertainty import binomial_error, bootstrap_error
from search_spaces import TargetSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples
    from automl.data.dataset import DataSummary
    from automl.preprocessing.base import Tail
    from automl.tasks.answer import Answer
    from automl.tasks.baseline import Baseline

#: Rows that are kept of the predictions on test data.
MOST_KEPT = 2_000


class Task(ABC):
    """A question asked of data.

    Outputs are those of the exported file: the searched model's, after `tail`.
    An instance holds nothing; everything it must know is in the `DataSummary`.
    """

    #: Name in the registry.
    name: ClassVar[str]
    #: What is asked, in a few words.
    summary: ClassVar[str] = ""

    @classmethod
    @abstractmethod
    def suits(cls, data: DataSummary) -> str | None:
        """Returns None if the data can answer the question, else the reason why not."""

    @abstractmethod
    def target(self, data: DataSummary) -> TargetSpec:
        """Returns what a searched model must put out."""

    @abstractmethod
    def scorers(self, data: DataSummary) -> Mapping[str, Scorer]:
        """Returns what computes each metric: outputs and right answers -> value.

        The first ranks candidates. A scorer raises `UndefinedError` where the
        metric has no value.
        """

    @abstractmethod
    def agreement(self, outputs: np.ndarray, reference: np.ndarray, data: DataSummary) -> float:
        """Returns the share of examples on which two outputs say the same, from 0 to 1."""

    @abstractmethod
    def predict(
        self, outputs: np.ndarray, data: DataSummary, threshold: float | None = None
    ) -> Answer:
        """Returns what a person wants to read of the outputs of one example.

        Args:
            outputs: One row of what the exported file puts out.
            data: The data it was trained on.
            threshold: What the run keeps under that name, if anything.
        """

    def evidence(self, x: Examples, outputs: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
        """Returns what the report draws, by name: of each example, what was put out and right.

        Args:
            x: Raw examples.
            outputs: What the exported file put out, count first.
            y: What was right, count first.
        """
        rows = spread(len(y))
        return {"rows": rows, "outputs": outputs[rows], "y": y[rows]}

    def training_rows(self, y: np.ndarray, data: DataSummary) -> np.ndarray | None:
        """Returns the positions of the examples that are trained on; None for all.

        Args:
            y: Labels of a split.
            data: Its description.
        """
        return None

    def training_targets(
        self, features: Examples, y: np.ndarray, data: DataSummary
    ) -> Examples | np.ndarray:
        """Returns what a searched model is fitted on, for each example of a split.

        Args:
            features: What the model sees, count first.
            y: Labels of the same split.
            data: Its description.
        """
        return y

    def tail(self, data: DataSummary) -> Tail | None:
        """Returns the exported file's last layers; None for none."""
        return None

    def scale(self, reference: np.ndarray, data: DataSummary) -> np.ndarray | float:
        """Returns what a difference between two outputs is measured in.

        The tolerances of recipes are meant for probabilities, whose scale is 1.

        Args:
            reference: Outputs of the Keras model, count first.
            data: The data.

        Returns:
            A number above zero, or an array of them that broadcasts to `reference`.
        """
        return 1.0

    def threshold(self, outputs: np.ndarray, y: np.ndarray, data: DataSummary) -> float | None:
        """Returns the value, chosen on these examples, that parts two verdicts; None for none.

        Args:
            outputs: Outputs on validation data.
            y: Labels of the same.
            data: Its description.
        """
        return None

    def baseline(
        self, x: Examples, y: np.ndarray, known: np.ndarray, data: DataSummary
    ) -> Baseline | None:
        """Returns what somebody without a model would answer; None where that is not known.

        Args:
            x: Raw examples of the test split.
            y: Their right answers.
            known: Right answers of the training split.
            data: The data.
        """
        return None

    def primary(self, data: DataSummary) -> str:
        """Returns the name of the metric that ranks candidates when nobody says."""
        return next(iter(self.scorers(data)))

    def objectives(self, data: DataSummary) -> tuple[str, ...]:
        """Returns what candidates are ranked by when nobody says: a metric and a cost."""
        return (f"{VALIDATION}{self.primary(data)}", "size")

    def notes(self, data: DataSummary) -> tuple[str, ...]:
        """Returns what a person should know of how the question is put."""
        return ()

    def measure(self, outputs: np.ndarray, y: np.ndarray, data: DataSummary) -> Scores:
        """Returns every metric of outputs.

        Args:
            outputs: What was put out, count first.
            y: What was right, count first.
            data: The data.
        """
        return score_all(self.scorers(data), outputs, y)

    def error(
        self, metric: str, outputs: np.ndarray, y: np.ndarray, data: DataSummary
    ) -> float | None:
        """Returns the standard error of a metric; None where it is not known."""
        scorer = self.scorers(data).get(metric)
        if scorer is None:
            return None
        if metric == "accuracy":
            try:
                return binomial_error(scored(scorer, outputs, y), len(y))
            except UndefinedError:
                return None
        # A perfect score on few examples is not certain.
        least = 1 / (len(y) + 2) if metric_of(metric).bounded else 0.0
        return bootstrap_error(scorer, outputs, y, least=least)


def spread(count: int, most: int = MOST_KEPT) -> np.ndarray:
    """Returns up to `most` positions, evenly spread over `count`."""
    import numpy as np

    if count <= most:
        return np.arange(count)
    return np.linspace(0, count - 1, most).round().astype(np.int64)
