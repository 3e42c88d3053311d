"""The learning rate over a fit: up in a warm-up, down to the end of whatever ends first."""

from __future__ import annotations

import math
import time
from typing import Any

import keras

from search_spaces.training.recipe import Recipe

#: Share of the highest learning rate that is left at the end.
FLOOR = 0.02

#: One cycle begins at a 25th of the highest rate and rises for 30 % of the training.
_CYCLE_START, _CYCLE_RISE = 0.04, 0.3

#: Times the rate is set on its way up, at least, where there are as many steps.
_UPDATES = 10


class Schedule(keras.callbacks.Callback):
    """Sets the optimizer's learning rate: epoch by epoch, on the way up step by step.

    ``"cosine"`` falls from the highest rate to `FLOOR` of it (Loshchilov and
    Hutter, 2017, https://arxiv.org/abs/1608.03983), ``"one_cycle"`` rises and
    falls (Smith and Topin, 2017, https://arxiv.org/abs/1708.07120; momentum is
    left alone), ``"constant"`` does neither; the first and the last may be warmed
    up to (Goyal et al., 2017, https://arxiv.org/abs/1706.02677). They go over the
    planned epochs or, when a deadline comes sooner, over the time to it, so that
    a fit cut short is annealed too (Li et al., 2020,
    https://arxiv.org/abs/1905.04753). How long an epoch takes is known after the
    first one: a warm-up is not hurried before. A fit that goes on where another
    was paused has what is left of its schedule for the time to the deadline.

    It sets the optimizer's variable between calls into the runtime. With several
    steps per execution the rate stands still within one, see
    `steps_per_execution`. An optimizer that brings its own
    `keras.optimizers.schedules.LearningRateSchedule` keeps it.

    Args:
        kind: One of `search_spaces.training.recipe.SCHEDULES`.
        epochs: Epochs planned.
        warmup: Share of the training over which the rate rises at first; not for
            ``"one_cycle"``, which brings its own.
        deadline: Seconds since the Unix epoch at which training ends, or None.
        rate: The highest rate; None for the one the model is compiled with.
    """

    def __init__(
        self,
        kind: str,
        epochs: int,
        *,
        warmup: float = 0.0,
        deadline: float | None = None,
        rate: float | None = None,
    ) -> None:
        super().__init__()
        self._kind, self._epochs, self._warmup = kind, epochs, warmup
        self._deadline, self._rate = deadline, rate
        self._began: float | None = None
        self._first, self._epoch, self._seen, self._stepwise = 0, 0, 0, False

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forgets a fit before."""
        self._began, self._seen = None, 0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Sets the rate that an epoch begins with."""
        self._stepwise = False
        own = keras.optimizers.schedules.LearningRateSchedule
        if isinstance(getattr(self.model.optimizer, "_learning_rate", None), own):
            return
        if self._began is None:
            self._began, self._first = time.time(), epoch
        if self._rate is None:
            self._rate = float(self.model.optimizer.learning_rate)
        self._epoch = epoch
        progress = self._progress(0.0)
        self._stepwise = progress < self._warmup or self._kind == "one_cycle"
        self._set(progress)

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Sets the rate of the next steps, where it moves within an epoch."""
        steps = (self.params or {}).get("steps")
        if not self._stepwise or not batch or not steps:
            return
        # On JAX the variables live in the training loop until they are called for.
        sync = getattr(self.model, "jax_state_sync", None)
        if sync is not None:
            sync()
        self._set(self._progress(batch / steps))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Counts an epoch whose time is known."""
        self._seen += 1

    def _set(self, progress: float) -> None:
        assert self._rate is not None  # noqa: S101
        self.model.optimizer.learning_rate = self._rate * share(self._kind, progress, self._warmup)

    def _progress(self, within: float) -> float:
        progress = (self._epoch + within) / self._epochs
        if self._deadline is not None and self._began is not None and self._seen:
            span = max(self._deadline - self._began, 1e-9)
            before = self._first / self._epochs
            elapsed = (time.time() - self._began) / span
            progress = max(progress, before + (1 - before) * elapsed)
        return min(1.0, progress)


def share(kind: str, progress: float, warmup: float = 0.0) -> float:
    """Returns the share of the highest rate at `progress` (0 to 1) of the training."""
    if kind == "one_cycle":
        if progress < _CYCLE_RISE:
            return 1 - (1 - _CYCLE_START) * _cosine(progress / _CYCLE_RISE)
        return FLOOR + (1 - FLOOR) * _cosine((progress - _CYCLE_RISE) / (1 - _CYCLE_RISE))
    if progress < warmup:
        return max(FLOOR, progress / warmup)
    if kind == "constant":
        return 1.0
    return FLOOR + (1 - FLOOR) * _cosine((progress - warmup) / (1 - warmup))


def steps_per_execution(recipe: Recipe, steps: int, epochs: int) -> int:
    """Returns how many training steps one call into the runtime may take.

    A small model spends most of a step between calls, so a whole epoch in one call
    takes half the time. The rate cannot move within a call, so a rise has to
    be cut into a few.

    Args:
        recipe: What is trained by.
        steps: Steps of an epoch.
        epochs: Epochs planned.
    """
    rise = _CYCLE_RISE if recipe.schedule == "one_cycle" else recipe.warmup
    if not rise:
        return max(1, steps)
    return max(1, min(steps, int(rise * epochs * steps / _UPDATES)))


def _cosine(progress: float) -> float:
    """Returns 1 at 0 and 0 at 1."""
    return 0.5 * (1 + math.cos(math.pi * progress))
