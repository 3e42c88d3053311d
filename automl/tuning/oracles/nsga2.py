"""NSGA-II: evolution towards the whole Pareto front."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from automl.tuning.oracles.breeding import new_child
from automl.tuning.oracles.learning import Known, LearningOracle
from automl.tuning.oracles.pareto import crowding, fronts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

POPULATION = 20
#: Probability that a child has two parents.
CROSSOVER = 0.9
#: Probability that a child is mutated besides.
MUTATION = 0.8


class NSGA2Oracle(LearningOracle):
    """Children of tournaments by Pareto rank and crowding, over any number of objectives.

    Deb et al., A fast and elitist multiobjective genetic algorithm: NSGA-II,
    2002, https://doi.org/10.1109/4235.996017, in its steady-state form: every
    trial that ends joins the survivors at once, so that no worker waits for a
    generation. Who keeps the bounds dominates who does not. With one objective
    it is a plain genetic algorithm.
    """

    def propose(self, rng: random.Random) -> dict[str, Any] | None:
        """Returns a child of two survivors; None until the first population has been told."""
        trials = self.history()
        judged = self._judged(trials)
        if sum(trial.told is not None for trial in trials) < POPULATION or len(judged) < 2:
            return None
        survivors = self._survivors(judged)

        def parents() -> Sequence[dict[str, Any]]:
            first = _winner(survivors, rng)
            return [first, _winner(survivors, rng)] if rng.random() < CROSSOVER else [first]

        return new_child(self.hyperparameters, parents, self.is_new, rng, MUTATION)

    def _judged(self, trials: Sequence[Known]) -> list[Known]:
        """Returns the trials that can be ranked: by their objectives or by what they break."""
        scored = {trial.trial_id for trial in self.rankable(trials)}
        return [
            trial
            for trial in trials
            if trial.told is not None and (trial.trial_id in scored or not trial.told.feasible)
        ]

    def _survivors(self, judged: Sequence[Known]) -> list[dict[str, Any]]:
        """Returns values of the best `POPULATION`, best first."""
        import numpy as np

        points, violations = self._placed(judged)
        ranks = fronts(points, violations)
        lonely = np.zeros(len(points))
        for rank in range(ranks.max() + 1):
            lonely[ranks == rank] = crowding(points[ranks == rank])
        order = np.lexsort((-lonely, ranks))[:POPULATION]
        return [judged[place].values for place in order]

    def _placed(self, judged: Sequence[Known]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Returns objectives, higher being better, and violations of the bounds."""
        import numpy as np

        points = np.zeros((len(judged), 1 + len(self.cost_objectives)))
        violations = np.zeros(len(judged))
        for place, trial in enumerate(judged):
            if trial.told is None:
                continue
            violations[place] = trial.told.violation
            if trial.told.score is not None:
                costs = [trial.told.costs.get(name, np.inf) for name in self.cost_objectives]
                points[place] = [trial.told.score, *(-cost for cost in costs)]
        return points, violations


def _winner(survivors: Sequence[dict[str, Any]], rng: random.Random) -> dict[str, Any]:
    """Returns the better of two; survivors are sorted."""
    return survivors[min(rng.randrange(len(survivors)), rng.randrange(len(survivors)))]
