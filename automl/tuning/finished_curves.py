"""The learning curves of the trials that were trained to their end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from automl.tasks.metrics import metric_of
from automl.tuning.curves import Bar, Curve, floors
from automl.types import Trial

#: What the epoch that is kept is chosen by.
_LOSS = "val_loss"
#: Curves that are held at most, the newest.
MOST = 50


class FinishedCurves:
    """What trials had reached after each epoch, by the metric that ranks.

    Args:
        metric: Name of that metric; without a value after each epoch, nothing is
            concluded.
        epochs: Epochs of a whole training.
    """

    def __init__(self, metric: str, epochs: int) -> None:
        self._metric, self._epochs = metric, epochs
        self._curves: list[Curve] = []
        self._bar: Bar | None = None

    def add(self, trial: Trial, epochs: Sequence[Mapping[str, float]]) -> None:
        """Takes in a completed trial.

        Args:
            trial: Its score is where the curve ends.
            epochs: Metrics after each of its epochs.
        """
        turned, lowest = metric_of(self._metric).turned, math.inf
        curve: dict[int, float] = {}
        for epoch, metrics in enumerate(epochs, start=1):
            if self._metric not in metrics or _LOSS not in metrics:
                return
            if metrics[_LOSS] < lowest:
                lowest, value = metrics[_LOSS], turned(metrics[self._metric])
            if lowest < math.inf:
                curve[epoch] = value
        if curve and trial.score is not None:
            curve[len(epochs)] = trial.score
            self._curves = [*self._curves, curve][-MOST:]
            self._bar = self._found()

    def bar(self) -> Bar | None:
        """Returns what a trial must reach to be able to win; None while too little is known."""
        return self._bar

    def _found(self) -> Bar | None:
        found = floors(self._curves, self._epochs)
        known = any(floor is not None for floor in found)
        return Bar(self._metric, found) if known else None
