"""Local search with restarts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from automl.tuning.oracles.breeding import new_child
from automl.tuning.oracles.learning import Known, LearningOracle, fitness

#: Trials drawn at random before the first climb.
STARTS = 5
#: Neighbours in a row that may fail to improve before the search starts elsewhere.
PATIENCE = 20


class LocalOracle(LearningOracle):
    """Climbs from the best trial to a better neighbour, one hyperparameter at a time.

    After `PATIENCE` trials without an improvement it starts again from a random
    configuration. Strong on small budgets (White et al., Local search is state
    of the art for neural architecture search benchmarks, 2020,
    https://arxiv.org/abs/2005.02960).
    """

    def propose(self, rng: random.Random) -> dict[str, Any] | None:
        """Returns a new neighbour of the place where the climb is; None to start a climb."""
        told = [trial for trial in self.history() if trial.told is not None]
        place = _place(told)
        if place is None:
            return None
        return new_child(self.hyperparameters, lambda: [place.values], self.is_new, rng)


def _place(told: Sequence[Known]) -> Known | None:
    """Replays the climbs and returns where the last one stands; None where one begins."""
    if len(told) < STARTS:
        return None
    place, failures = max(told[:STARTS], key=fitness), 0
    for trial in told[STARTS:]:
        if failures >= PATIENCE or fitness(trial) > fitness(place):
            place, failures = trial, 0
        else:
            failures += 1
    return None if failures >= PATIENCE else place
