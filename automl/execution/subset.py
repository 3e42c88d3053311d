"""A share of the training examples, every class in proportion."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from automl.execution.fit_data import FitData


def subset_rows(labels: NDArray[np.generic], share: float, seed: int) -> NDArray[np.int64]:
    """Returns the positions of a share of the examples, rising; larger shares hold smaller ones.

    Args:
        labels: Of each example; those of every value are taken in proportion, one at
            least. All alike for a plain draw.
        share: Above 0, up to 1.
        seed: Decides which examples are taken.
    """
    import numpy as np

    place = np.empty(len(labels))
    random = np.random.default_rng(seed)
    for label in np.unique(labels):
        members = random.permutation(np.flatnonzero(labels == label))
        place[members] = np.arange(len(members)) / len(members)
    return np.flatnonzero(place < share)


def part_of(given: FitData, share: float, seed: int, *, by_class: bool) -> FitData:
    """Returns a share of what a fit is given.

    Args:
        given: Examples, targets and weights.
        share: Above 0, up to 1.
        seed: Decides which examples are taken.
        by_class: Whether the targets are class indices.
    """
    import numpy as np

    if share >= 1.0:
        return given
    labels = np.asarray(given.y) if by_class else np.zeros(len(given.x), np.int8)
    return given.only(subset_rows(labels, share, seed))
