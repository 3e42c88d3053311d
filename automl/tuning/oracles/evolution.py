"""Regularized evolution: the oldest dies, not the worst."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from automl.tuning.oracles.breeding import new_child
from automl.tuning.oracles.learning import Known, LearningOracle, fitness

POPULATION = 20
SAMPLE = 5


class EvolutionOracle(LearningOracle):
    """Mutants of the winner of a small tournament among the youngest trials.

    Real et al., Regularized evolution for image classifier architecture search,
    2019, https://doi.org/10.1609/aaai.v33i01.33014780. Without a score a trial
    lives its time and loses every tournament.
    """

    def propose(self, rng: random.Random) -> dict[str, Any] | None:
        """Returns a mutant; None until the first population has been told."""
        told = [trial for trial in self.history() if trial.told is not None]
        if len(told) < POPULATION:
            return None
        population = told[-POPULATION:]
        return new_child(self.hyperparameters, lambda: [_winner(population, rng)], self.is_new, rng)


def _winner(population: Sequence[Known], rng: random.Random) -> dict[str, Any]:
    return max(rng.sample(list(population), SAMPLE), key=fitness).values
