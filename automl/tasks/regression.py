"""One or more numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from automl.preprocessing.denormalize import Denormalize
from automl.tasks.answer import Answer
from automl.tasks.base import Task
from automl.tasks.baseline import Baseline
from automl.tasks.number_metrics import mae, r2, rmse
from automl.tasks.scores import Scorer
from search_spaces import TargetSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples
    from automl.data.dataset import DataSummary
    from automl.preprocessing.base import Tail

#: Two outputs agree if they are this close, in standard deviations of the target.
CLOSE = 0.25
#: Share of a number's mean that counts as spread: float32 holds seven digits of
#: the whole, not of the deviation.
_MEAN_SHARE = 0.01


class Regression(Task):
    """Numbers, standardized for training and put out in their own units.

    One number is ranked by its RMSE. Several are ranked by R2, the mean over
    them: their units need not be the same, and the largest must not drown the rest.
    """

    name = "regression"
    summary = "one or more numbers"

    @classmethod
    def suits(cls, data: DataSummary) -> str | None:
        """Returns None if each example has numbers."""
        if data.target.kind != "number":
            return f"{cls.name} needs numbers, and these have {_HAVE[data.target.kind]}"
        return None if data.target.names else f"{cls.name} needs at least 1 number"

    def target(self, data: DataSummary) -> TargetSpec:
        """Returns one unit per number."""
        return TargetSpec(kind="regression", units=len(data.target.names))

    def scorers(self, data: DataSummary) -> Mapping[str, Scorer]:
        """Returns RMSE first for one number, R2 for several."""
        if len(data.target.names) > 1:
            return {"r2": r2, "rmse": rmse, "mae": mae}
        return {"rmse": rmse, "mae": mae, "r2": r2}

    def training_targets(self, features: Examples, y: np.ndarray, data: DataSummary) -> np.ndarray:
        """Returns the numbers standardized by what they are like on training data, float32."""
        import numpy as np

        if not data.target.mean:
            return np.asarray(y, np.float32)
        mean, std = np.array(data.target.mean), np.array(data.target.std)
        standardized: np.ndarray = ((y.astype(np.float64) - mean) / std).astype(np.float32)
        return standardized

    def tail(self, data: DataSummary) -> Tail | None:
        """Returns what puts standardized outputs back in their own units."""
        if not data.target.mean:
            return None
        return Denormalize(data.target.mean, data.target.std)

    def scale(self, reference: np.ndarray, data: DataSummary) -> np.ndarray | float:
        """Returns the spread of each number."""
        import numpy as np

        if data.target.mean:
            mean, std = np.array(data.target.mean), np.array(data.target.std)
        else:
            mean, std = reference.mean(axis=0), reference.std(axis=0)
        spread: np.ndarray = np.maximum(std + _MEAN_SHARE * np.abs(mean), 1e-9)
        return spread

    def agreement(self, outputs: np.ndarray, reference: np.ndarray, data: DataSummary) -> float:
        """Returns the share of examples of which every number is within a quarter of its spread."""
        import numpy as np

        close = np.abs(outputs - reference) <= CLOSE * self.scale(reference, data)
        return float(close.all(axis=-1).mean())

    def baseline(
        self, x: Examples, y: np.ndarray, known: np.ndarray, data: DataSummary
    ) -> Baseline | None:
        """Returns the mean of each number in training."""
        import numpy as np

        outputs = np.tile(known.astype(np.float64).mean(axis=0), (len(y), 1))
        return Baseline(outputs.astype(np.float32), "always answering the mean")

    def predict(
        self, outputs: np.ndarray, data: DataSummary, threshold: float | None = None
    ) -> Answer:
        """Returns each number with its name."""
        values = {
            name: float(value)
            for name, value in zip(data.target.names, outputs.tolist(), strict=True)
        }
        text = ", ".join(f"{name} {value:.6g}" for name, value in values.items())
        return Answer(text, {"values": values})


_HAVE = {
    "class": "classes",
    "labels": "several labels at once",
    "none": "no labels",
}
