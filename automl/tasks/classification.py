"""One class out of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from automl.tasks.answer import Answer
from automl.tasks.base import Task
from automl.tasks.baseline import Baseline
from automl.tasks.class_metrics import class_scorers
from automl.tasks.scores import Scorer
from search_spaces import TargetSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples
    from automl.data.dataset import DataSummary

#: Classes that are told with their probability.
_TOLD = 5
#: Examples whose predicted class is kept: two small numbers each.
_MOST_PAIRS = 50_000


class Classification(Task):
    """Single-label classification, of two classes or more; quality is top-1 accuracy."""

    name = "classification"
    summary = "one class of several"

    @classmethod
    def suits(cls, data: DataSummary) -> str | None:
        """Returns None if there are at least two classes."""
        if data.target.kind != "class":
            return f"classification needs one class for each example, and {_has(data)}"
        found = len(data.class_names)
        return None if found >= 2 else f"classification needs 2 classes, the data has {found}"

    def target(self, data: DataSummary) -> TargetSpec:
        """Returns one unit per class."""
        return TargetSpec(kind="classification", units=len(data.class_names))

    def scorers(self, data: DataSummary) -> Mapping[str, Scorer]:
        """Returns accuracy first, which people expect; balanced ones stand beside it."""
        return class_scorers()

    def agreement(self, outputs: np.ndarray, reference: np.ndarray, data: DataSummary) -> float:
        """Returns the share of examples with the same top-1 class."""
        return float((outputs.argmax(axis=-1) == reference.argmax(axis=-1)).mean())

    def predict(
        self, outputs: np.ndarray, data: DataSummary, threshold: float | None = None
    ) -> Answer:
        """Returns the likeliest class and its probability; the record holds the next ones, too."""
        order = outputs.argsort()[::-1][:_TOLD]
        told = {data.class_names[k]: round(float(outputs[k]), 6) for k in order.tolist()}
        best = next(iter(told))
        return Answer(
            f"{best} {told[best]:.4f}",
            {"label": best, "probability": told[best], "probabilities": told},
        )

    def baseline(
        self, x: Examples, y: np.ndarray, known: np.ndarray, data: DataSummary
    ) -> Baseline | None:
        """Returns the shares of the classes in training: the most frequent one is answered."""
        import numpy as np

        counts = np.bincount(known, minlength=len(data.class_names))
        outputs = np.tile(counts / counts.sum(), (len(y), 1)).astype(np.float32)
        return Baseline(outputs, f"always answering {data.class_names[int(counts.argmax())]!r}")

    def evidence(self, x: Examples, outputs: np.ndarray, y: np.ndarray) -> dict[str, np.ndarray]:
        """Returns the predicted class of each example, and the right one."""
        predicted = outputs.argmax(axis=-1).astype("int32")
        return {"predicted": predicted[:_MOST_PAIRS], "y": y.astype("int32")[:_MOST_PAIRS]}


def _has(data: DataSummary) -> str:
    words = {
        "labels": "these have several labels at once (--task multilabel)",
        "number": "these have numbers (--task regression)",
        "none": "these have none (--task anomaly)",
    }
    return words.get(data.target.kind, "these have other labels")
