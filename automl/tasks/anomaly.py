"""What is unlike the training examples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from automl.preprocessing.anomaly_score import AnomalyScore
from automl.tasks.answer import Answer
from automl.tasks.base import Task
from automl.tasks.baseline import Baseline
from automl.tasks.normality import find_normal
from automl.tasks.scores import Scorer, UndefinedError
from search_spaces import TargetSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples
    from automl.data.dataset import DataSummary
    from automl.preprocessing.base import Tail

#: Share of normal scores below the threshold where no abnormal example is known.
QUANTILE = 0.99
#: Share of scores below the line that agreement is counted at.
_LINE = 0.95


class Anomaly(Task):
    """An autoencoder learns normal examples; what it cannot give back is abnormal.

    The exported file gives one score for each example: the mean squared error
    of the reconstruction, in rescaled units. Models are ranked by AUC where
    validation data holds both kinds, else by the score of normal examples.
    """

    name = "anomaly"
    summary = "what is unlike the training examples"

    @classmethod
    def suits(cls, data: DataSummary) -> str | None:
        """Returns None if there are numbers to reconstruct, and classes or no labels."""
        if data.input.kind == "tokens":
            return "anomaly detection reconstructs numbers, and these are token ids"
        if data.target.kind not in ("class", "none"):
            return "anomaly detection needs classes, one of them normal, or no labels at all"
        normal = len(find_normal(data).classes)
        if data.target.kind == "class" and normal == len(data.target.names):
            return "anomaly detection by classes needs a normal and another one"
        return None

    def target(self, data: DataSummary) -> TargetSpec:
        """Returns the input itself."""
        return TargetSpec(kind="reconstruction", units=math.prod(data.input.shape))

    def training_rows(self, y: np.ndarray, data: DataSummary) -> np.ndarray | None:
        """Returns the normal examples; all of them if none is."""
        import numpy as np

        abnormal = find_normal(data).abnormal(y)
        return None if not abnormal.any() or abnormal.all() else np.flatnonzero(~abnormal)

    def training_targets(self, features: Examples, y: np.ndarray, data: DataSummary) -> Examples:
        """Returns the features themselves."""
        return features

    def tail(self, data: DataSummary) -> Tail | None:
        """Returns what turns a reconstruction into a score."""
        return AnomalyScore.of(data.input)

    def scorers(self, data: DataSummary) -> Mapping[str, Scorer]:
        """Returns AUC first, if it has a value on validation data."""
        normal = find_normal(data)

        def auc(outputs: np.ndarray, y: np.ndarray) -> float:
            from sklearn.metrics import roc_auc_score

            abnormal = normal.abnormal(y)
            if not abnormal.any() or abnormal.all():
                raise UndefinedError(
                    "no example is known to be abnormal" if not abnormal.any() else "none is normal"
                )
            return float(roc_auc_score(abnormal, outputs.reshape(len(y))))

        def reconstruction_error(outputs: np.ndarray, y: np.ndarray) -> float:
            abnormal = normal.abnormal(y)
            if abnormal.all():
                raise UndefinedError("none is normal")
            return float(outputs.reshape(len(y))[~abnormal].mean())

        scorers: dict[str, Scorer] = {"auc": auc, "reconstruction_error": reconstruction_error}
        return scorers if _validated_on_both(data) else dict(reversed(scorers.items()))

    def scale(self, reference: np.ndarray, data: DataSummary) -> np.ndarray | float:
        """Returns each score itself, and a usual one where it is smaller: errors are relative."""
        import numpy as np

        usual = max(float(np.median(reference)), 1e-9)
        scale: np.ndarray = np.maximum(reference, usual)
        return scale

    def agreement(self, outputs: np.ndarray, reference: np.ndarray, data: DataSummary) -> float:
        """Returns the share of examples on the same side of a line that few scores are above."""
        import numpy as np

        line = float(np.quantile(reference, _LINE)) * (1 + 1e-5)
        return float(((outputs > line) == (reference > line)).mean())

    def threshold(self, outputs: np.ndarray, y: np.ndarray, data: DataSummary) -> float | None:
        """Returns the score that parts normal from abnormal examples best.

        With labels it is the one of largest J, the share of abnormal examples
        found less that of false alarms (Youden, "Index for Rating Diagnostic
        Tests", Cancer 3, 1950); without, the score that 99 % of normal examples
        are below.
        """
        import numpy as np

        scores = outputs.reshape(len(y)).astype(np.float64)
        if not len(scores) or not np.isfinite(scores).all():
            return None
        abnormal = find_normal(data).abnormal(y)
        if not abnormal.any() or abnormal.all():
            return float(np.quantile(scores, QUANTILE))
        from sklearn.metrics import roc_curve

        alarms, found, cuts = roc_curve(abnormal, scores, drop_intermediate=False)
        best = int(np.argmax(found[1:] - alarms[1:])) + 1
        below = scores[scores < cuts[best]]
        # Half way to the next score below: new examples fall in between.
        return float((cuts[best] + below.max()) / 2) if len(below) else float(cuts[best])

    def baseline(
        self, x: Examples, y: np.ndarray, known: np.ndarray, data: DataSummary
    ) -> Baseline | None:
        """Returns the same score for every example, where some are known to be abnormal."""
        import numpy as np

        abnormal = find_normal(data).abnormal(y)
        if not abnormal.any() or abnormal.all():
            return None
        return Baseline(np.zeros((len(y), 1), np.float32), "a guess")

    def notes(self, data: DataSummary) -> tuple[str, ...]:
        """Says what is taken for normal."""
        normal = find_normal(data)
        if not normal.classes:
            return ("Every training example is taken for normal: there are no labels.",)
        named = ", ".join(map(repr, normal.names))
        return (f"Normal is {named} ({normal.why}); only such examples are trained on.",)

    def predict(
        self, outputs: np.ndarray, data: DataSummary, threshold: float | None = None
    ) -> Answer:
        """Returns the score, and the verdict where there is a threshold."""
        score = float(outputs.reshape(-1)[0])
        if threshold is None:
            return Answer(f"score {score:.6g}", {"score": score})
        verdict = "abnormal" if score >= threshold else "normal"
        return Answer(
            f"{verdict}, score {score:.6g} (threshold {threshold:.6g})",
            {"verdict": verdict, "score": score, "threshold": threshold},
        )


def _validated_on_both(data: DataSummary) -> bool:
    normal = find_normal(data)
    counts = data.class_counts.get("validation", ())
    good = sum(count for k, count in enumerate(counts) if k in normal.classes)
    return bool(normal.classes) and 0 < good < sum(counts)
