"""Training batches that are changed anew in every epoch."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from search_spaces.training.augmentation.augmenter import Augmenter


class AugmentedBatches(keras.utils.PyDataset):
    """Shuffles, cuts into batches and augments.

    What a batch holds depends on the seed, the epoch and the batch's number
    alone: a fit that was paused sees on resuming what it would have seen.

    Args:
        augmenter: What changes a batch.
        x: Raw inputs, (examples, ...).
        y: Their targets, (examples, ...).
        weights: Sample weights, (examples,), or None.
        batch_size: Examples per batch; the last one of an epoch may have fewer.
        seed: Anything from 0 on.
        shuffle: Whether each epoch has an order of its own.
    """

    def __init__(
        self,
        augmenter: Augmenter,
        x: NDArray[Any],
        y: NDArray[Any],
        weights: NDArray[Any] | None,
        *,
        batch_size: int,
        seed: int,
        shuffle: bool = True,
    ) -> None:
        super().__init__()
        self.epoch = 0
        self._augmenter = augmenter
        self._x, self._y, self._weights = x, y, weights
        self._batch_size, self._seed, self._shuffle = batch_size, seed, shuffle
        self._order = (-1, np.arange(len(x)))

    def __len__(self) -> int:
        """Returns the number of batches of an epoch."""
        return -(-len(self._x) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[Any], ...]:
        """Returns one batch of the current epoch: inputs, targets and, if given, weights."""
        epoch = self.epoch
        begin = index * self._batch_size
        chosen = self._order_of(epoch)[begin : begin + self._batch_size]
        rng = np.random.default_rng((self._seed, epoch, index + 1))
        x, y = self._augmenter(self._x[chosen], self._y[chosen], rng)
        return (x, y) if self._weights is None else (x, y, self._weights[chosen])

    def _order_of(self, epoch: int) -> NDArray[np.int64]:
        # One tuple, so that a batch prepared ahead in another thread never sees
        # the number of one epoch with the order of another.
        known, order = self._order
        if self._shuffle and known != epoch:
            order = np.random.default_rng((self._seed, epoch, 0)).permutation(len(self._x))
            self._order = (epoch, order)
        return order


class EpochCounter(keras.callbacks.Callback):
    """Tells the batches which epoch it is."""

    def __init__(self, batches: AugmentedBatches) -> None:
        super().__init__()
        self._batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Sets the epoch before its first batch is asked for."""
        self._batches.epoch = epoch
