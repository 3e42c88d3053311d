"""A Gaussian process over configurations, fitted to its own evidence."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING

from automl.tuning.oracles.believing import Joint
from automl.tuning.oracles.kernel import Features, squared_distances

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Points that the kernel's parameters are fitted to; all are used to predict.
FIT_POINTS = 100
#: Steps of the optimizer; the posterior changes little after that.
FIT_STEPS = 20
USUAL_NOISE = 0.05
_JITTER = 1e-6


class GaussianProcess:
    """Regression with a sum of squared-exponential terms of weighted distances.

    The parameters are those of highest posterior density under log-normal
    priors (Rasmussen & Williams, Gaussian Processes for Machine Learning, 2006,
    section 5.4): with few trials a space of many hyperparameters would be
    overfitted by the likelihood alone.

    Args:
        views: Features of the points, one for each term of the kernel.
        targets: Shape (points,); any scale.
        usual_weights: Weight of a block before anything is known, one per term.
        usual_noise: Variance of the noise before anything is known, as a share
            of the targets' variance.
        parameters: Those of an earlier process of the same kernel, to take over
            in place of a fit.
    """

    def __init__(
        self,
        views: Sequence[Features],
        targets: Array,
        usual_weights: Sequence[float],
        usual_noise: float = USUAL_NOISE,
        parameters: Array | None = None,
    ) -> None:
        import numpy as np

        self._views = tuple(views)
        self._center = float(targets.mean())
        self._scale = float(targets.std()) or 1.0
        self._targets = (targets - self._center) / self._scale
        self._prior = np.log(_usual(self._views, usual_weights, usual_noise))
        self._parameters = self._fit() if parameters is None else parameters
        self._condition()

    @property
    def parameters(self) -> Array:
        """Logarithms of the kernel's amplitudes and weights, and of the noise."""
        return self._parameters

    def believing(self, views: Sequence[Features]) -> GaussianProcess:
        """Returns the process as if what it expects of more points had been observed.

        The kriging believer (Ginsbourger et al., Kriging is well-suited to
        parallelize optimization, 2010, https://doi.org/10.1007/978-3-642-10701-6_6):
        what is still open is not asked for again, nor are its neighbours.
        """
        import numpy as np
        from scipy.linalg import solve_triangular

        # As they are what was expected, no mean moves, and the factor only grows.
        half = solve_triangular(
            self._factor, self._kernel(self._views, views), lower=True, check_finite=False
        )
        covariance = self._kernel(views, views) - half.T @ half
        covariance[np.diag_indices_from(covariance)] += np.exp(self._parameters[-1]) + _JITTER
        known, count = half.shape
        more = copy.copy(self)
        pairs = zip(self._views, views, strict=True)
        more._views = tuple(one.joined(other) for one, other in pairs)
        more._factor = np.zeros((known + count, known + count))
        more._factor[:known, :known], more._factor[known:, :known] = self._factor, half.T
        more._factor[known:, known:] = np.linalg.cholesky(covariance)
        more._weights = np.concatenate([self._weights, np.zeros(count)])
        return more

    def mean(self, views: Sequence[Features]) -> Array:
        """Returns what `predict` returns first, in a fraction of its time."""
        across = self._kernel(self._views, views)
        mean: Array = self._center + self._scale * (across.T @ self._weights)
        return mean

    def predict(self, views: Sequence[Features]) -> tuple[Array, Array]:
        """Returns mean and standard deviation of the noiseless function, shape (points,) each."""
        import numpy as np
        from scipy.linalg import solve_triangular

        across = self._kernel(self._views, views)
        mean = across.T @ self._weights
        half = solve_triangular(self._factor, across, lower=True, check_finite=False)
        variance = np.maximum(self._amplitude - (half * half).sum(axis=0), 1e-12)
        return self._center + self._scale * mean, self._scale * np.sqrt(variance)

    def joint(self, views: Sequence[Features]) -> Joint:
        """Returns what is expected of points, and how they hang together."""
        import numpy as np
        from scipy.linalg import solve_triangular

        across = self._kernel(self._views, views)
        half = solve_triangular(self._factor, across, lower=True, check_finite=False)
        square = self._scale**2
        return Joint(
            mean=self._center + self._scale * (across.T @ self._weights),
            covariance=square * (self._kernel(views, views) - half.T @ half),
            noise=square * float(np.exp(self._parameters[-1]) + _JITTER),
            rest=np.zeros(half.shape[1]),
        )

    def _condition(self) -> None:
        import numpy as np
        from scipy.linalg import cho_solve

        terms, noise = self._unpacked(self._parameters)
        self._amplitude = sum(float(np.exp(amplitude)) for amplitude, _ in terms)
        covariance = self._kernel(self._views, self._views)
        covariance[np.diag_indices_from(covariance)] += np.exp(noise) + _JITTER
        self._factor = np.linalg.cholesky(covariance)
        self._weights = cho_solve((self._factor, True), self._targets, check_finite=False)

    def _kernel(self, ones: Sequence[Features], others: Sequence[Features]) -> Array:
        import numpy as np

        terms, _ = self._unpacked(self._parameters)
        total = np.zeros((len(ones[0].points), len(others[0].points)))
        for (amplitude, weights), one, other in zip(terms, ones, others, strict=True):
            scale = np.exp(weights)
            apart = squared_distances(one.scaled(scale), other.scaled(scale))
            np.subtract(amplitude, apart, out=apart)
            total += np.exp(apart, out=apart)
        return total

    def _fit(self) -> Array:
        from scipy.optimize import minimize

        kept = representative(self._targets, FIT_POINTS)
        targets = self._targets[kept]
        distances = [view.taken(kept).distances() for view in self._views]

        def loss(parameters: Array) -> tuple[float, Array]:
            return self._loss(parameters, distances, targets)

        bounds = [(start - 6.0, start + 4.0) for start in self._prior]
        found = minimize(
            loss,
            self._prior,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": FIT_STEPS},
        )
        parameters: Array = found.x
        return parameters

    def _loss(
        self, parameters: Array, distances: Sequence[Array], targets: Array
    ) -> tuple[float, Array]:
        """Returns the negative log posterior density of parameters and its gradient."""
        import numpy as np
        from scipy.linalg import cho_solve

        terms, noise = self._unpacked(parameters)
        kernels = [
            np.exp(amplitude - np.tensordot(np.exp(weights), apart, 1))
            for (amplitude, weights), apart in zip(terms, distances, strict=True)
        ]
        identity = np.eye(len(targets))
        try:
            factor = np.linalg.cholesky(sum(kernels) + (np.exp(noise) + _JITTER) * identity)
        except np.linalg.LinAlgError:
            return 1e9, np.zeros_like(parameters)
        inverse = cho_solve((factor, True), identity, check_finite=False)
        weighted = inverse @ targets
        slope = 0.5 * (np.outer(weighted, weighted) - inverse)
        gradient: list[float] = []
        for (_, weights), apart, kernel in zip(terms, distances, kernels, strict=True):
            pull = slope * kernel
            gradient.append(-float(pull.sum()))
            gradient.extend(np.exp(weights) * np.tensordot(apart, pull, 2))
        gradient.append(-float(np.exp(noise) * np.trace(slope)))
        off = parameters - self._prior
        evidence = 0.5 * targets @ weighted + np.log(np.diag(factor)).sum()
        return float(evidence + 0.5 * off @ off), np.array(gradient) + off

    def _unpacked(self, parameters: Array) -> tuple[list[tuple[float, Array]], float]:
        """Returns (log amplitude, log weights) of each term, and the log noise."""
        terms, start = [], 0
        for view in self._views:
            end = start + 1 + view.blocks
            terms.append((float(parameters[start]), parameters[start + 1 : end]))
            start = end
        return terms, float(parameters[start])


def representative(targets: Array, count: int) -> NDArray[np.int_]:
    """Returns the places of at most `count` targets: the best half, the rest spread by rank."""
    import numpy as np

    if len(targets) <= count:
        return np.arange(len(targets))
    top, rest = np.split(np.argsort(-targets, kind="stable"), [count // 2])
    spread = np.linspace(0, len(rest) - 1, count - len(top)).round().astype(int)
    return np.sort(np.concatenate([top, rest[spread]]))


def _usual(views: Sequence[Features], weights: Sequence[float], noise: float) -> list[float]:
    usual: list[float] = []
    for view, weight in zip(views, weights, strict=True):
        usual += [1.0 / len(views), *[weight] * view.blocks]
    return [*usual, noise]
