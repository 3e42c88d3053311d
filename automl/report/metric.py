"""The metric that ranks trials, as the report names and reads it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from automl.types import Trial


@dataclass(frozen=True)
class Metric:
    """One metric of trained trials.

    Attributes:
        name: Its name in a trial's metrics, e.g. ``"val_accuracy"``.
    """

    name: str

    @property
    def label(self) -> str:
        """The name in words: ``validation accuracy``."""
        words = self.name.replace("_", " ")
        return "validation " + words[4:] if words.startswith("val ") else words

    @property
    def higher_is_better(self) -> bool:
        """Whether a larger value is a better one."""
        return not self.name.endswith("loss")

    @property
    def is_accuracy(self) -> bool:
        """Whether it is a share of examples, so that a standard error is known."""
        return self.name.endswith("accuracy")

    def value(self, trial: Trial) -> float | None:
        """Returns a trial's value, or None if it has none that can be shown."""
        return self.of(trial.metrics)

    def of(self, metrics: Mapping[str, float]) -> float | None:
        """Returns the value among `metrics`, or None if there is none that can be shown."""
        value = metrics.get(self.name)
        return float(value) if value is not None and math.isfinite(value) else None

    def better(self, one: float, other: float) -> bool:
        """Returns whether `one` is better than `other`."""
        return one > other if self.higher_is_better else one < other
