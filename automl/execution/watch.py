"""Watches a fit: reports epochs, keeps the best, ends it in time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import keras

#: What ranks epochs. Accuracy on a small validation split is too coarse: on
#: digits its best epoch tests 0.5 points worse than that of the loss.
MONITOR = "val_loss"


class EpochWatch(keras.callbacks.Callback):
    """Keeps the weights of the epoch with the lowest validation loss and ends the fit in time.

    Args:
        deadline: Seconds since the Unix epoch after which no further epoch is
            started, or None.
        emit: Is given ``{"epoch": from 0, "metrics": {...}}`` after each epoch.
        patience: Epochs without a lower validation loss that end the fit; 0 for
            no such end.

    Attributes:
        best: Metrics of the epoch kept; None if none was finite.
        epochs_seen: Number of the last epoch, from 1.
        reason: Why the fit was ended; ``""`` if it was not.
    """

    def __init__(
        self,
        deadline: float | None,
        emit: Callable[[dict[str, Any]], None],
        patience: int = 0,
    ) -> None:
        super().__init__()
        self.best: dict[str, float] | None = None
        self.epochs_seen = 0
        self.reason = ""
        self._deadline = deadline
        self._emit = emit
        self._patience = patience
        self._waited = 0
        self._weights: list[Any] = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Judges one epoch."""
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        self.epochs_seen = epoch + 1
        self._emit({"epoch": epoch, "metrics": metrics})
        if not all(math.isfinite(value) for value in metrics.values()):
            self._stop(f"the loss was not finite in epoch {epoch + 1}")
            return
        if self.best is None or metrics[MONITOR] < self.best[MONITOR]:
            self.best = metrics
            self._weights = self.model.get_weights()
            self._waited = 0
        else:
            self._waited += 1
        if self._patience and self._waited >= self._patience:
            self._stop(f"{self._waited} epochs brought no lower validation loss")
        elif self._deadline is not None and time.time() >= self._deadline:
            self._stop("the time was up")

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Puts the best epoch's weights back."""
        if self._weights:
            self.model.set_weights(self._weights)

    def _stop(self, reason: str) -> None:
        self.reason = reason
        self.model.stop_training = True
