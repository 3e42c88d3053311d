"""The metric that ranks trials, as the report names and reads it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from automl.tasks import metrics
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
        label = metrics.metric_of(self.name).label
        return f"validation {label}" if self.name.startswith(metrics.VALIDATION) else label

    @property
    def heading(self) -> str:
        """The name at the beginning of a line."""
        return capitalized(self.label)

    @property
    def higher_is_better(self) -> bool:
        """Whether a larger value is a better one."""
        return metrics.metric_of(self.name).higher_is_better

    def value(self, trial: Trial) -> float | None:
        """Returns a trial's value, or None if it has none that can be shown."""
        return self.of(trial.metrics)

    def of(self, values: Mapping[str, float]) -> float | None:
        """Returns the value among `values`, or None if there is none that can be shown."""
        value = values.get(self.name)
        return float(value) if value is not None and math.isfinite(value) else None

    def format(self, value: float | None) -> str:
        """Returns a value as it is shown, or a dash."""
        return metrics.metric_of(self.name).format(value)

    def better(self, one: float, other: float) -> bool:
        """Returns whether `one` is better than `other`."""
        return metrics.metric_of(self.name).better(one, other)


def capitalized(text: str) -> str:
    """Returns a text with a capital first letter; the others stay: ``RMSE`` is no ``Rmse``."""
    return text[:1].upper() + text[1:]
