"""The learning rate over a trial: down a cosine, to the end of whatever ends first."""

from __future__ import annotations

import math
import time
from typing import Any

import keras

#: Share of the first learning rate that is left in the last epoch.
FLOOR = 0.02


class CosineSchedule(keras.callbacks.Callback):
    """Anneals the optimizer's learning rate, epoch by epoch.

    A cosine from the compiled rate to `FLOOR` of it (Loshchilov and Hutter,
    2017, https://arxiv.org/abs/1608.03983) over the planned epochs. When a
    deadline comes sooner, over the time to it, so that a trial cut short is
    annealed too (Li et al., 2020, https://arxiv.org/abs/1905.04753). A
    hypermodel that brings its own schedule keeps it.

    Args:
        epochs: Epochs planned.
        deadline: Seconds since the Unix epoch at which training ends, or None.
    """

    def __init__(self, epochs: int, deadline: float | None) -> None:
        super().__init__()
        self._epochs, self._deadline = epochs, deadline
        self._began = time.time()
        self._first: float | None = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Sets the rate of one epoch."""
        optimizer = self.model.optimizer
        schedule = keras.optimizers.schedules.LearningRateSchedule
        if isinstance(getattr(optimizer, "_learning_rate", None), schedule):
            return
        if self._first is None:
            self._began, self._first = time.time(), float(optimizer.learning_rate)
        optimizer.learning_rate = self._first * share(self._progress(epoch))

    def _progress(self, epoch: int) -> float:
        progress = epoch / self._epochs
        if self._deadline is not None and epoch > 0:
            elapsed = time.time() - self._began
            span = max(self._deadline - self._began, 1e-9)
            progress = max(progress, elapsed / span)
        return min(1.0, progress)


def share(progress: float) -> float:
    """Returns the share of the first rate at `progress` (0 to 1) of the training."""
    return FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * progress))
