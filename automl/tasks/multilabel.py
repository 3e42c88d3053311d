"""Any number of labels at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from automl.tasks.answer import Answer
from automl.tasks.base import Task
from automl.tasks.baseline import Baseline
from automl.tasks.label_metrics import CUT, label_scorers
from automl.tasks.scores import Scorer
from search_spaces import TargetSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples
    from automl.data.dataset import DataSummary


class Multilabel(Task):
    """Multi-label classification; quality is macro F1 of the labels from 0.5 on.

    F1 rather than AUC, because labels are told at that cut; macro, because a
    rare label counts as much as a common one.
    """

    name = "multilabel"
    summary = "any number of labels at once"

    @classmethod
    def suits(cls, data: DataSummary) -> str | None:
        """Returns None if each example has a value for each label."""
        if data.target.kind != "labels":
            return (
                "multilabel needs any number of labels for each example, and these have"
                f" {_HAVE[data.target.kind]}"
            )
        return None if data.target.names else "multilabel needs at least 1 label, the data has 0"

    def target(self, data: DataSummary) -> TargetSpec:
        """Returns one unit per label."""
        return TargetSpec(kind="multilabel", units=len(data.target.names))

    def scorers(self, data: DataSummary) -> Mapping[str, Scorer]:
        """Returns macro F1 first."""
        return label_scorers()

    def agreement(self, outputs: np.ndarray, reference: np.ndarray, data: DataSummary) -> float:
        """Returns the share of single labels on which both say the same."""
        return float(((outputs >= CUT) == (reference >= CUT)).mean())

    def baseline(
        self, x: Examples, y: np.ndarray, known: np.ndarray, data: DataSummary
    ) -> Baseline | None:
        """Returns the share of each label in training: those of half or more are answered."""
        import numpy as np

        outputs = np.tile(known.mean(axis=0), (len(y), 1)).astype(np.float32)
        return Baseline(outputs, "always answering the labels that most examples have")

    def predict(
        self, outputs: np.ndarray, data: DataSummary, threshold: float | None = None
    ) -> Answer:
        """Returns the labels that hold, likeliest first, with their probabilities."""
        order = outputs.argsort()[::-1].tolist()
        told = {data.target.names[k]: round(float(outputs[k]), 6) for k in order}
        holding = {name: value for name, value in told.items() if value >= CUT}
        text = ", ".join(f"{name} {value:.4f}" for name, value in holding.items())
        return Answer(
            text or f"no label (likeliest: {next(iter(told))} {next(iter(told.values())):.4f})",
            {"labels": list(holding), "probabilities": told},
        )


_HAVE = {"class": "one class each", "number": "numbers", "none": "no labels"}
