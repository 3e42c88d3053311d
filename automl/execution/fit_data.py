"""What a fit is given, be it in memory or on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.data.storage import take
from automl.execution.model_outputs import batch_for

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples


@dataclass(frozen=True, eq=False)
class FitData:
    """Examples and what a model is fitted on.

    Attributes:
        x: What the model sees, count x shape.
        y: What it is to put out, count first.
        weights: Weight of each example in the loss, count; None for all alike.
    """

    x: Examples
    y: Examples | np.ndarray
    weights: np.ndarray | None = None

    def only(self, rows: np.ndarray | None) -> FitData:
        """Returns the examples at some positions; all for None."""
        if rows is None:
            return self
        weights = None if self.weights is None else self.weights[rows]
        x = take(self.x, rows)
        # A reconstruction's targets are its inputs: they are taken once.
        return FitData(x, x if self.y is self.x else take(self.y, rows), weights)

    @property
    def in_memory(self) -> bool:
        """Whether everything is an array."""
        import numpy as np

        return isinstance(self.x, np.ndarray) and isinstance(self.y, np.ndarray)


def arguments(
    train: FitData,
    validation: FitData,
    batch_size: int,
    seed: int,
    *,
    plain: bool,
    in_batches: bool = False,
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Returns the arguments of `SearchSpace.fit` that say what it is fitted on.

    Args:
        train: Examples to train on.
        validation: Examples to validate on.
        batch_size: Examples of a batch where batches are made here.
        seed: Decides the order of their examples.
        plain: Whether Keras itself is what trains: it reads nothing from disk, so
            that batches are read for it.
        in_batches: Whether batches are made here in any case, in an order that
            depends on seed and epoch alone.
    """
    in_memory = train.in_memory and validation.in_memory
    if not in_batches and (not plain or in_memory):
        named: dict[str, Any] = {
            "validation_data": (validation.x, validation.y),
            "validation_batch_size": batch_for(len(validation.x)),
        }
        if train.weights is not None:
            named["sample_weight"] = train.weights
        return (train.x, train.y), named
    from search_spaces.training.batches import Batches, EpochCounter

    batches = Batches(train.x, train.y, train.weights, batch_size=batch_size, seed=seed)
    held = Batches(
        validation.x, validation.y, batch_size=batch_for(len(validation.x)), shuffle=False
    )
    # Keras would swap batches by Python's global generator.
    options = {"callbacks": [EpochCounter(batches)], "shuffle": False}
    return (batches,), {"validation_data": held, **options}
