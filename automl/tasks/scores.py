"""What was measured of some outputs, and what could not be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

#: Computes one metric of outputs and right answers.
Scorer = Callable[["np.ndarray", "np.ndarray"], float]


class UndefinedError(Exception):
    """A metric has no value on these examples; the message says why, in a few words."""


@dataclass(frozen=True)
class Scores:
    """Metrics of some outputs.

    Attributes:
        values: Metric -> value, all finite.
        left_out: Metric -> why it has no value.
    """

    values: dict[str, float] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def score_all(scorers: Mapping[str, Scorer], outputs: np.ndarray, y: np.ndarray) -> Scores:
    """Returns every metric that has a value, and why the others have none."""
    import numpy as np

    values: dict[str, float] = {}
    left_out: dict[str, str] = {}
    for name, scorer in scorers.items():
        try:
            value = scored(scorer, outputs, y)
        except UndefinedError as reason:
            left_out[name] = str(reason)
            continue
        if np.isfinite(value):
            values[name] = value
        else:
            left_out[name] = "it is not finite"
    return Scores(values, left_out)


def scored(scorer: Scorer, outputs: np.ndarray, y: np.ndarray) -> float:
    """Returns one metric.

    Raises:
        UndefinedError: If it has no value on these examples.
    """
    import numpy as np

    if not len(y):
        raise UndefinedError("there are no examples")
    if not np.isfinite(outputs).all():
        raise UndefinedError("some outputs are NaN or infinite")
    return float(scorer(outputs, y))
