"""Stops a fit that cannot win any more, by the curves of the trials that were finished."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from automl.tasks.metrics import metric_of

#: Finished curves before anything is concluded from them.
LEAST_CURVES = 4
#: The greatest gain that was seen is allowed so often over.
GENEROSITY = 1.5
#: What is stopped would not have won by more than this share of the score.
TOLERANCE = 0.005

#: A trial's score after each of its epochs, from 1, as far as it was trained;
#: higher is better.
Curve = Mapping[int, float]


@dataclass(frozen=True)
class Bar:
    """What a fit must have reached.

    Attributes:
        metric: Name of what ranks, e.g. ``"val_accuracy"``.
        floors: Least score after an epoch, from the first; None for no bound.
    """

    metric: str
    floors: tuple[float | None, ...]

    #: Why a fit that misses it ends.
    reason = "it could not have won any more"

    def is_missed(self, epochs: int, metrics: Mapping[str, float] | None) -> bool:
        """Returns whether the epoch kept so far is not enough after so many epochs."""
        if metrics is None or self.metric not in metrics or epochs > len(self.floors):
            return False
        floor = self.floors[epochs - 1]
        return floor is not None and metric_of(self.metric).turned(metrics[self.metric]) < floor

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Bar:
        """Builds the bar that `to_dict` wrote."""
        return cls(record["metric"], tuple(record["floors"]))


def floors(
    curves: Sequence[Curve], epochs: int, generosity: float = GENEROSITY
) -> tuple[float | None, ...]:
    """Returns the least score after each epoch from which the best could still be reached.

    No finished trial has gained more from that epoch to its end than the
    greatest gain seen, `GENEROSITY` times which is allowed for: by exchangeability
    the next of n + 1 gains is the greatest one time in n + 1 only. Gains are
    taken from trials that reached the end, and trials that begin low gain more:
    that is what the generosity is for. On the curves of NAS-Bench-201 it stops
    none that would have won by more than `TOLERANCE`
    (`benchmarks/fidelity.py`).

    Args:
        curves: Of the trials that were trained to the end.
        epochs: Epochs of the whole training.
        generosity: How often over the greatest gain is allowed for.
    """
    if len(curves) < LEAST_CURVES:
        return (None,) * epochs
    finals = [curve[max(curve)] for curve in curves]
    best = max(finals)
    found: list[float | None] = []
    for epoch in range(1, epochs + 1):
        gains = [
            final - curve[epoch]
            for curve, final in zip(curves, finals, strict=True)
            if epoch in curve and math.isfinite(curve[epoch])
        ]
        enough = len(gains) >= LEAST_CURVES and epoch < epochs
        found.append(best - generosity * max(0.0, *gains) if enough else None)
    return tuple(found)
