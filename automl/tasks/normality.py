"""Which classes are normal, where some examples are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from automl.data.dataset import DataSummary

#: Names of classes that say so themselves.
NAMES = ("normal", "good", "ok", "okay", "healthy", "inlier", "no_anomaly", "no anomaly")


@dataclass(frozen=True)
class Normality:
    """What is normal.

    Attributes:
        classes: Positions of the normal classes; empty where there are no labels.
        names: Their names.
        why: Why, in a few words; empty where there are no labels.
    """

    classes: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    why: str = ""

    def abnormal(self, y: np.ndarray) -> np.ndarray:
        """Returns which examples are not normal; none of them where there are no labels."""
        import numpy as np

        if not self.classes:
            return np.zeros(len(y), bool)
        return ~np.isin(y, self.classes)


def find_normal(data: DataSummary) -> Normality:
    """Decides what is normal.

    The classes of the training split, where others come only later; else a
    class whose name says so; else the most frequent class of the training split.
    """
    names = data.target.names
    if data.target.kind != "class" or not names:
        return Normality()
    counts = data.class_counts.get("train", ())
    trained = tuple(k for k, count in enumerate(counts) if count)
    if trained and len(trained) < len(names):
        return _normality(trained, names, "the training split has no others")
    for word in NAMES:
        for position, name in enumerate(names):
            if name.strip().lower() == word:
                return _normality((position,), names, "its name says so")
    largest = max(range(len(names)), key=lambda k: counts[k]) if counts else 0
    return _normality((largest,), names, "it is the most frequent class")


def _normality(classes: tuple[int, ...], names: tuple[str, ...], why: str) -> Normality:
    return Normality(classes, tuple(names[k] for k in classes), why)
