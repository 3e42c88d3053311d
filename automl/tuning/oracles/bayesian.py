"""Bayesian optimization with KerasTuner's Gaussian process."""

from __future__ import annotations

import warnings
from typing import Any

import keras_tuner
import numpy as np
from scipy.stats import norm

#: Trials before the model is asked; KerasTuner's own 3 per dimension would
#: never be reached in a search of minutes.
INITIAL_POINTS = 8
RANDOM_CANDIDATES = 500
MUTANTS = 500
MUTATED_PARENTS = 5


class BayesianOracle(keras_tuner.oracles.BayesianOptimizationOracle):
    """KerasTuner's Gaussian process with another way to its maximum.

    KerasTuner climbs a continuous relaxation with 50 restarts of L-BFGS, which
    takes seconds a suggestion and often lands on a point already tried. Here
    expected improvement (Jones et al., 1998,
    https://doi.org/10.1023/A:1008306431147) is evaluated in one call on random
    configurations and on mutants of the best ones, duplicates left out.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("num_initial_points", INITIAL_POINTS)
        super().__init__(**kwargs)

    def _make_gpr(self) -> Any:
        gpr = super()._make_gpr()
        gpr.set_params(n_restarts_optimizer=1, alpha=1e-2)
        return gpr

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Returns values for the next trial and the status ``RUNNING`` or ``STOPPED``."""
        done = [trial for trial in self.trials.values() if trial.status == "COMPLETED"]
        candidates = self._candidates(done) if len(done) >= self.num_initial_points else []
        if not candidates:
            return dict(self._random_populate_space())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # The kernel's bounds are often touched.
            lowest = self._fit(done)
            points = np.array([self._vector(values) for values in candidates])
            mean, deviation = self.gpr.predict(points, return_std=True)
        deviation = np.maximum(deviation, 1e-9)
        gain = lowest - mean
        expected = gain * norm.cdf(gain / deviation) + deviation * norm.pdf(gain / deviation)
        return {"status": "RUNNING", "values": candidates[int(expected.argmax())]}

    def _fit(self, done: list[Any]) -> float:
        """Fits the process to what is known, lower being better, and returns the lowest value.

        As in KerasTuner, open trials count as a little worse than expected, so
        that their neighbours are not asked for again. What is expected comes from
        the finished trials alone: a resumed search must expect the same.
        """
        sign = -1.0 if self.objective.direction == "max" else 1.0
        points = [self._vector(trial.hyperparameters.values) for trial in done]
        values = [sign * trial.score for trial in done]
        self.gpr.fit(points, values)
        lowest = min(values)
        pending = [
            self._vector(trial.hyperparameters.values) for trial in self.ongoing_trials.values()
        ]
        if pending:
            mean, deviation = self.gpr.predict(pending, return_std=True)
            self.gpr.fit(points + pending, values + list(mean + deviation))
        return float(lowest)

    def _candidates(self, done: list[Any]) -> list[dict[str, Any]]:
        sign = -1 if self.objective.direction == "max" else 1
        parents = sorted(done, key=lambda trial: sign * trial.score)[:MUTATED_PARENTS]
        found = [self._sample() for _ in range(RANDOM_CANDIDATES)]
        for _ in range(MUTANTS):
            parent = parents[self._random_state.randint(len(parents))]
            found.append(self._sample(parent.hyperparameters.values))
        unique = {self._compute_values_hash(values): values for values in found}
        return [values for key, values in unique.items() if key not in self._tried_so_far]

    def _sample(self, parent: dict[str, Any] | None = None) -> dict[str, Any]:
        """Returns a random configuration, or a mutant that keeps most of a parent's values."""
        hps = keras_tuner.HyperParameters()
        space = self.hyperparameters.space
        rate = min(0.5, 2.0 / max(1, len(parent or space)))
        for hp in space:
            hps.merge([hp])
            if not hps.is_active(hp):
                continue
            if parent and hp.name in parent and self._random_state.rand() > rate:
                hps.values[hp.name] = parent[hp.name]
            else:
                hps.values[hp.name] = hp.random_sample(self._seed_state)
                self._seed_state += 1
        return dict(hps.values)

    def _vector(self, values: dict[str, Any]) -> list[float]:
        # An inactive hyperparameter stands at its default, as in KerasTuner.
        return [hp.value_to_prob(values.get(hp.name, hp.default)) for hp in self._nonfixed_space()]
