"""k-means of the values of one kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

#: Rounds of Lloyd's algorithm at most; values on a line settle in far fewer.
_ROUNDS = 50


def assign_clusters(
    values: np.ndarray, count: int, *, keep_zeros: bool, seed: int
) -> tuple[np.ndarray, int]:
    """Returns the cluster of each weight and which of them is zero.

    Centroids begin as k-means++ draws them: Arthur and Vassilvitskii, 2007,
    http://ilpubs.stanford.edu:8090/778.

    Args:
        values: A kernel of any shape.
        count: Most clusters, that of the zeros included.
        keep_zeros: Whether zeros are a cluster of their own.
        seed: What centroids are drawn from.

    Returns:
        Whole numbers from 0 of the kernel's shape, and the cluster of zeros or -1.
    """
    import numpy as np

    flat = values.ravel().astype("float64")
    apart = (flat == 0) if keep_zeros else np.zeros(len(flat), bool)
    rest = flat[~apart]
    has_zeros = bool(apart.any())
    assigned = np.zeros(len(flat), "int32")
    if len(rest):
        centers = _kmeans(rest, max(1, count - has_zeros), np.random.default_rng(seed))
        assigned[~apart] = _nearest(rest, centers) + has_zeros
    return assigned.reshape(values.shape), 0 if has_zeros else -1


def count_clusters(values: np.ndarray) -> int:
    """Returns the largest number of distinct values in one output channel (the last axis)."""
    import numpy as np

    columns = np.sort(values.reshape(-1, values.shape[-1]), axis=0)
    return int((np.diff(columns, axis=0) != 0).sum(axis=0).max(initial=0)) + 1


def _kmeans(values: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    import numpy as np

    centers = _plus_plus(values, count, rng)
    for _ in range(_ROUNDS):
        nearest = _nearest(values, centers)
        sizes = np.bincount(nearest, minlength=len(centers))
        sums = np.bincount(nearest, weights=values, minlength=len(centers))
        moved = np.where(sizes > 0, sums / np.maximum(sizes, 1), centers)
        moved.sort()
        if np.allclose(moved, centers, rtol=0, atol=1e-9):
            break
        centers = moved
    return centers


def _plus_plus(values: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draws centers from the values, with odds that grow with the squared distance to others."""
    import numpy as np

    centers = [float(rng.choice(values))]
    distance = (values - centers[0]) ** 2
    while len(centers) < count and distance.sum() > 0:
        centers.append(float(rng.choice(values, p=distance / distance.sum())))
        distance = np.minimum(distance, (values - centers[-1]) ** 2)
    return np.sort(np.array(centers))


def _nearest(values: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Returns the nearest of sorted centers for each value."""
    import numpy as np

    borders = (centers[1:] + centers[:-1]) / 2
    return np.searchsorted(borders, values)
