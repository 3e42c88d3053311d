"""Watches a fit: reports epochs, keeps the best, stops what should stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import keras

#: Epochs without a better one before a trial stops, as a share of all epochs.
PATIENCE = 0.25


class EpochWatch(keras.callbacks.Callback):
    """Keeps the weights of the best epoch and ends the fit in time.

    Args:
        objective: Metric that ranks epochs; ties go to the lower validation
            loss.
        epochs: Epochs planned; patience is a quarter of them.
        deadline: Seconds since the Unix epoch after which no further epoch is
            started, or None.
        emit: Is given ``{"epoch": ..., "metrics": ...}`` after each epoch.
    """

    def __init__(
        self,
        objective: str,
        epochs: int,
        deadline: float | None,
        emit: Callable[[dict[str, Any]], None],
    ) -> None:
        super().__init__()
        self.best: dict[str, float] | None = None
        self.epochs_seen = 0
        self.reason = ""
        self._objective = objective
        self._deadline = deadline
        self._emit = emit
        self._patience = max(3, round(PATIENCE * epochs))
        self._best_epoch = 0
        self._best_rank: tuple[float, float] | None = None
        self._weights: list[Any] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Judges one epoch."""
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        self.epochs_seen = epoch + 1
        self._emit({"epoch": epoch, "metrics": metrics})
        if not all(math.isfinite(value) for value in metrics.values()):
            self._stop(f"the loss was not finite in epoch {epoch + 1}")
            return
        rank = (_upward(self._objective, metrics), -metrics.get("val_loss", 0.0))
        if self._best_rank is None or rank > self._best_rank:
            self._best_rank, self._best_epoch, self.best = rank, epoch, metrics
            self._weights = self.model.get_weights()
        if self._deadline is not None and time.time() >= self._deadline:
            self._stop("the time was up")
        elif epoch - self._best_epoch >= self._patience:
            self._stop(f"no better epoch in {self._patience}")

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Puts the best epoch's weights back."""
        if self._weights:
            self.model.set_weights(self._weights)

    def _stop(self, reason: str) -> None:
        self.reason = reason
        self.model.stop_training = True


def _upward(objective: str, metrics: dict[str, float]) -> float:
    value = metrics[objective]
    return -value if objective.endswith("loss") else value
