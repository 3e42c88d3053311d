"""Watches a fit: reports epochs, keeps the best, ends it in time."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from typing import Any

import keras

from automl.tuning.budget import TIME_IS_UP
from automl.tuning.curves import Bar

#: What ranks epochs. Accuracy on a small validation split is too coarse: on
#: digits its best epoch tests 0.5 points worse than that of the loss.
MONITOR = "val_loss"


class EpochWatch(keras.callbacks.Callback):
    """Keeps the weights of the epoch with the lowest validation loss and ends the fit in time.

    Args:
        deadline: Seconds since the Unix epoch at which the fit ends, between two
            calls into the runtime, or None. What an epoch cut short has learned counts.
        emit: Is given ``{"epoch": from 0, "metrics": {...}}`` after each epoch.
        patience: Epochs without a lower validation loss that end the fit; 0 for
            no such end.
        bar: What the fit must reach, epoch by epoch, to be gone on with; None
            for nothing.

    Attributes:
        best: Metrics of the epoch kept; None if none was finite.
        epochs_seen: Number of the last epoch, from 1.
        reason: Why the fit was ended; ``""`` if it was not.
        weights: Of the epoch kept.
        seconds: That each epoch took, without the first, which compiles.
    """

    def __init__(
        self,
        deadline: float | None,
        emit: Callable[[dict[str, Any]], None],
        patience: int = 0,
        bar: Bar | None = None,
    ) -> None:
        super().__init__()
        self.best: dict[str, float] | None = None
        self.epochs_seen = 0
        self.reason = ""
        self._deadline = deadline
        self._emit = emit
        self._patience = patience
        self._bar = bar
        self._waited = 0
        self.weights: list[Any] = []
        self.seconds: list[float] = []
        self._ended: float | None = None
        self._share = 1.0

    def next_part(self, share: float) -> None:
        """Begins with another share of the data; how long epochs took on the last is forgotten."""
        self.seconds, self._ended, self._share = [], None, share

    @property
    def pace(self) -> float | None:
        """Seconds that an epoch takes on the whole data; None where none was timed."""
        return statistics.median(self.seconds) / self._share if self.seconds else None

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Ends an epoch that goes on past the deadline."""
        if self._time_is_up():
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Judges one epoch."""
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        now = time.perf_counter()
        if self._ended is not None:
            self.seconds.append(now - self._ended)
        self._ended = now
        self.epochs_seen = epoch + 1
        self._emit({"epoch": epoch, "metrics": metrics})
        if not all(math.isfinite(value) for value in metrics.values()):
            self._stop(f"the loss was not finite in epoch {epoch + 1}")
            return
        if self.best is None or metrics[MONITOR] < self.best[MONITOR]:
            self.best = metrics
            self.weights = self.model.get_weights()
            self._waited = 0
        else:
            self._waited += 1
        if self._patience and self._waited >= self._patience:
            self._stop(f"{self._waited} epochs brought no lower validation loss")
        elif self._time_is_up():
            self._stop(TIME_IS_UP)
        elif self._bar is not None and self._bar.is_missed(epoch + 1, self.best):
            self._stop(self._bar.reason)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Puts the best epoch's weights back."""
        self.put_back()

    def put_back(self) -> None:
        """Gives the model the weights of the best epoch."""
        if self.weights:
            self.model.set_weights(self.weights)

    def facts(self) -> dict[str, Any]:
        """Returns what another watch goes on from, JSON-ready; the weights are apart."""
        return {"best": self.best, "epochs": self.epochs_seen, "waited": self._waited}

    def go_on(self, model: Any, facts: dict[str, Any], weights: list[Any]) -> None:
        """Takes over from a watch whose fit was paused."""
        self.set_model(model)
        self.best, self.epochs_seen = facts["best"], facts["epochs"]
        self._waited, self.weights = facts["waited"], weights

    def _time_is_up(self) -> bool:
        return self._deadline is not None and time.time() >= self._deadline

    def _stop(self, reason: str) -> None:
        self.reason = reason
        self.model.stop_training = True


class LastEpoch(EpochWatch):
    """Watches as `EpochWatch` does and leaves the last epoch's weights in place."""

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Puts nothing back."""
