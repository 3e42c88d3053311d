"""Training batches, in an order of their own and changed anew in every epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from search_spaces.training.augmentation.augmenter import Augmenter


def is_in_parts(data: Any) -> bool:
    """Returns whether examples are no array but something larger that is read part by part.

    Such examples say so by a true attribute ``in_parts``. They have ``shape``,
    ``dtype`` and a length, give an array of the examples at an array of
    positions, and ``take`` makes of them the examples at some positions unread.
    """
    return bool(getattr(data, "in_parts", False))


class Changed:
    """Examples in parts that are changed when they are read.

    Args:
        data: Anything with ``shape`` that gives examples at positions.
        change: Makes another array of an array of examples.
    """

    in_parts = True

    def __init__(self, data: Any, change: Callable[[Any], NDArray[Any]]) -> None:
        self._data, self._change = data, change
        self.shape, self.dtype = data.shape, np.dtype("float32")

    def __len__(self) -> int:
        return len(self._data)

    def __getitem__(self, index: Any) -> NDArray[Any]:
        return self._change(self._data[index])

    def take(self, positions: NDArray[np.int64]) -> Changed:
        """Returns the examples at some positions."""
        chosen = self._data.take(positions) if is_in_parts(self._data) else self._data[positions]
        return Changed(chosen, self._change)


class Batches(keras.utils.PyDataset):
    """Shuffles and cuts into batches; reads no more than one batch at a time.

    What a batch holds depends on the seed, the epoch and the batch's number
    alone: a fit that was paused sees on resuming what it would have seen.

    Args:
        x: Raw inputs, (examples, ...), as an array or in parts.
        y: Their targets, (examples, ...).
        weights: Sample weights, (examples,), or None.
        batch_size: Examples per batch; the last one of an epoch may have fewer.
        seed: Anything from 0 on.
        shuffle: Whether each epoch has an order of its own.
        dtype: Type that a batch of inputs is given; None to leave it.
        even: Whether the last batch of an epoch is filled up with the first examples of
            it: where each size of a batch is compiled, this halves the time of that.
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        weights: NDArray[Any] | None = None,
        *,
        batch_size: int,
        seed: int = 0,
        shuffle: bool = True,
        dtype: str | None = None,
        even: bool = False,
    ) -> None:
        super().__init__()
        self._even = even
        self.epoch = 0
        self._x, self._y, self._weights, self.dtype = x, y, weights, dtype
        self._batch_size, self._seed, self._shuffle = batch_size, seed, shuffle
        self._order = (-1, np.arange(len(x)))

    def __len__(self) -> int:
        """Returns the number of batches of an epoch."""
        return -(-len(self._x) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[Any], ...]:
        """Returns one batch of the current epoch: inputs, targets and, if given, weights."""
        epoch = self.epoch
        chosen = self._positions(index, epoch)
        x = np.asarray(self._x[chosen], self.dtype)
        rng = np.random.default_rng((self._seed, epoch, index + 1))
        x, y = self._change(x, self._y[chosen], rng)
        return (x, y) if self._weights is None else (x, y, self._weights[chosen])

    @property
    def arrays(self) -> tuple[Any, ...]:
        """All examples: inputs, targets, and sample weights or None."""
        return self._x, self._y, self._weights

    def positions(self, index: int) -> NDArray[np.int64]:
        """Returns where the examples of one batch of the current epoch are."""
        return self._positions(index, self.epoch)

    def _positions(self, index: int, epoch: int) -> NDArray[np.int64]:
        """Returns where the examples of one batch of an epoch are."""
        begin, order = index * self._batch_size, self._order_of(epoch)
        chosen = order[begin : begin + self._batch_size]
        if self._even and begin:
            chosen = np.append(chosen, order[: self._batch_size - len(chosen)])
        return chosen

    def _change(
        self, x: NDArray[Any], y: NDArray[Any], rng: np.random.Generator
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Returns what a batch becomes; here it stays."""
        return x, y

    def _order_of(self, epoch: int) -> NDArray[np.int64]:
        # One tuple, so that a batch prepared ahead in another thread never sees
        # the number of one epoch with the order of another.
        known, order = self._order
        if self._shuffle and known != epoch:
            order = np.random.default_rng((self._seed, epoch, 0)).permutation(len(self._x))
            self._order = (epoch, order)
        return order


class AugmentedBatches(Batches):
    """Batches that are augmented.

    Args:
        augmenter: What changes a batch.
        x: As of `Batches`, and so are the others.
        y: Targets.
        weights: Sample weights.
        options: Further arguments of `Batches`.
    """

    def __init__(
        self,
        augmenter: Augmenter,
        x: Any,
        y: Any,
        weights: NDArray[Any] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(x, y, weights, **options)
        self._augmenter = augmenter

    def _change(
        self, x: NDArray[Any], y: NDArray[Any], rng: np.random.Generator
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        return self._augmenter(x, y, rng)


class EpochCounter(keras.callbacks.Callback):
    """Tells the batches which epoch it is."""

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self._batches = batches

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Sets the epoch before its first batch is asked for."""
        self._batches.epoch = epoch
