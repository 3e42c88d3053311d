"""What is expected of some points, as one after the other is taken for ended as expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Least variance, as a share of the largest.
_LEAST = 1e-12


@dataclass(frozen=True, eq=False)
class Joint:
    """A model's opinion of several points at once.

    Attributes:
        mean: What is expected of each, shape (points,).
        covariance: Of what can still be learned of them by trying them, shape
            (points, points); it belongs to this object and shrinks.
        noise: Variance of what a trial shows of a point, beside its worth.
        rest: Variance that no trial of another point takes away, shape (points,).
    """

    mean: Array
    covariance: Array
    noise: float
    rest: Array

    def believe(self, place: int) -> None:
        """Takes one point for ended as expected: no mean moves, and less is open of the others.

        The same as the kriging believer of `GaussianProcess.believing`, in
        quadratic time.
        """
        column = self.covariance[place].copy()
        weight = 1.0 / max(float(column[place]) + self.noise, 1e-300)
        self.covariance[...] -= weight * column[:, None] * column

    def at(self, places: Sequence[int]) -> tuple[Array, Array]:
        """Returns mean and standard deviation of some of the points, shape (places,) each."""
        import numpy as np

        variance = self.covariance.diagonal()[places] + self.rest[places]
        least = _LEAST * max(1e-300, float(variance.max(initial=0.0)))
        return self.mean[places], np.sqrt(np.maximum(variance, least))
