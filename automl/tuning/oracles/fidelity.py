"""A model of what trials will be worth at the end, which learns from their rungs, too."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from automl.tuning.oracles.believing import Joint
from automl.tuning.oracles.gaussian_process import GaussianProcess, representative
from automl.tuning.oracles.kernel import Features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Trials of a rung before it corrects what the rung below says.
LEAST_POINTS = 3
#: Trials whose worth the usual slope between two rungs has, against those seen.
PRIOR_POINTS = 2.0
#: Share of the spread at a rung that is expected to be that of the rung below.
PRIOR_SHARE = 0.5


class Fidelities:
    """A Gaussian process at the lowest rung, and for each rung above a line and another process.

    The autoregressive model of Kennedy & O'Hagan, Predicting the output from a
    complex computer code when fast approximations are available, 2000,
    https://doi.org/10.1093/biomet/87.1.1, one rung at a time (Le Gratiet &
    Garnier, 2014, https://doi.org/10.1615/Int.J.UncertaintyQuantification.2014006914):
    what a trial is worth is a multiple of what it is worth one rung below, and
    a deviation that is learned from the trials that reached the rung.

    Args:
        views: Features of the trials, one for each term of the kernel.
        scores: Shape (trials, rungs), from the fewest epochs on; NaN where a trial
            did not get. Each trial has one.
        scaled: Makes of the scores of a rung what a model is fitted to.
        usual_weights: As of `GaussianProcess`.
        most: Trials that a process is made of at most.
        found: Rung -> parameters of its process, taken over in place of a fit;
            those that are fitted are added.
    """

    def __init__(
        self,
        views: Sequence[Features],
        scores: Array,
        scaled: Callable[[Array], Array],
        usual_weights: Sequence[float],
        most: int,
        found: dict[str, Array] | None = None,
    ) -> None:
        import numpy as np

        found = {} if found is None else found
        self._steps: list[_Step] = []
        self._base: GaussianProcess | None = None
        for rung, values in enumerate(scores.T):
            places = np.flatnonzero(~np.isnan(values))
            if len(places) < (1 if self._base is None else LEAST_POINTS):
                continue
            targets = scaled(values[places])
            kept = representative(targets, most)
            here = [view.taken(places[kept]) for view in views]
            if self._base is None:
                name = f"score at {rung}"
                past = found.get(name)
                self._base = GaussianProcess(here, targets[kept], usual_weights, parameters=past)
                found[name] = self._base.parameters
            else:
                name = f"score from below at {rung}"
                below = self.mean(here)
                step = _Step(here, targets[kept], below, usual_weights, found.get(name))
                found[name] = step.deviation.parameters
                self._steps.append(step)

    def believing(self, views: Sequence[Features]) -> Fidelities:
        """Returns the model as if what it expects of more points had been observed."""
        more = copy.copy(self)
        if self._base is not None:
            more._base = self._base.believing(views)
        return more

    def mean(self, views: Sequence[Features]) -> Array:
        """Returns what `predict` returns first, in a fraction of its time."""
        import numpy as np

        mean = np.zeros(len(views[0].points)) if self._base is None else self._base.mean(views)
        for step in self._steps:
            mean = step.line(mean) + step.deviation.mean(views)
        return mean

    def predict(self, views: Sequence[Features]) -> tuple[Array, Array]:
        """Returns mean and standard deviation at the highest rung, shape (points,) each."""
        import numpy as np

        if self._base is None:
            return np.zeros(len(views[0].points)), np.ones(len(views[0].points))
        mean, spread = self._base.predict(views)
        for step in self._steps:
            more, wide = step.deviation.predict(views)
            mean, spread = step.line(mean) + more, np.hypot(step.slope * spread, wide)
        return mean, spread

    def joint(self, views: Sequence[Features]) -> Joint:
        """Returns what is expected of points, and how they hang together at the lowest rung."""
        import numpy as np

        count = len(views[0].points)
        if self._base is None:
            return Joint(np.zeros(count), np.zeros((count, count)), 1.0, np.ones(count))
        base = self._base.joint(views)
        mean, rest, share = base.mean, base.rest, 1.0
        for step in self._steps:
            more, wide = step.deviation.predict(views)
            mean, rest = step.line(mean) + more, step.slope**2 * rest + wide**2
            share *= step.slope**2
        return Joint(mean, share * base.covariance, share * base.noise, rest)


class _Step:
    """From one rung to the next: a line, and a process for what is off it."""

    def __init__(
        self,
        views: Sequence[Features],
        targets: Array,
        below: Array,
        usual_weights: Sequence[float],
        parameters: Array | None,
    ) -> None:
        self._here, self._below = float(targets.mean()), float(below.mean())
        off = below - self._below
        spread = float(below.std()) or 1.0
        usual = PRIOR_SHARE * float(targets.std()) / spread
        weight = PRIOR_POINTS * spread**2
        slope = off @ (targets - self._here) + weight * usual
        self.slope = max(0.0, float(slope / (off @ off + weight)))
        self.deviation = GaussianProcess(
            views, targets - self.line(below), usual_weights, parameters=parameters
        )

    def line(self, below: Array) -> Array:
        """Returns what is expected of trials by what they are worth one rung below."""
        return self._here + self.slope * (below - self._below)
