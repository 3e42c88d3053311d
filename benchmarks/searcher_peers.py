"""Who searches: the project's oracles and their peers, asked and told in turn."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Protocol

import keras_tuner
from searcher_table import EDGES, Table, Values, space

from automl.registry import ORACLES
from automl.tuning.ask_tell import AskTell

KERAS_TUNER = "keras_tuner bayesian"
EVOLUTION = "regularized evolution"
OPTUNA_TPE, OPTUNA_NSGA2 = "optuna multivariate tpe", "optuna nsga2"
SINGLE = ("auto", "evolution", "local", "nsga2", "random", EVOLUTION, OPTUNA_TPE, KERAS_TUNER)
DOUBLE = ("auto", "nsga2", "evolution", "random", OPTUNA_TPE, OPTUNA_NSGA2)


class Searcher(Protocol):
    """What is asked and told in turn."""

    def ask(self) -> Values:
        """Returns the next configuration."""

    def tell(self, score: float, cost: float) -> None:
        """Hears of the configuration asked for last."""

    def recommend(self) -> int | None:
        """Returns the position of the evaluation it would choose, if it has an opinion."""


class Ours:
    """A registered oracle."""

    def __init__(self, name: str, table: Table, seed: int, objectives: int) -> None:
        costs = ("cost",) if objectives > 1 else ()
        self._oracle = AskTell(ORACLES.get(name), space(table), dict, seed, costs)
        self._number = -1

    def ask(self) -> Values:
        """Returns the next configuration."""
        self._number += 1
        values = self._oracle.ask(self._number)
        assert values is not None
        return values

    def tell(self, score: float, cost: float) -> None:
        """Hears of the configuration asked for last."""
        self._oracle.tell(self._number, score, {"cost": cost})

    def recommend(self) -> int | None:
        """Returns the evaluation that the model expects most of."""
        return self._oracle.recommend()


class Optuna:
    """A sampler of Optuna at its defaults."""

    def __init__(self, name: str, table: Table, seed: int, objectives: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        sampler: Any = (
            optuna.samplers.TPESampler(multivariate=True, constant_liar=False, seed=seed)
            if name == OPTUNA_TPE
            else optuna.samplers.NSGAIISampler(seed=seed)
        )
        directions = [
            optuna.study.StudyDirection.MAXIMIZE,
            optuna.study.StudyDirection.MINIMIZE,
        ][:objectives]
        self._study = optuna.create_study(sampler=sampler, directions=directions)
        self._objectives = objectives
        self._space: dict[str, Any] = {
            each.name: optuna.distributions.CategoricalDistribution(each.values)
            for each in space(table).space
        }

    def ask(self) -> Values:
        """Returns the next configuration."""
        self._trial = self._study.ask(self._space)
        return dict(self._trial.params)

    def tell(self, score: float, cost: float) -> None:
        """Hears of the configuration asked for last."""
        self._study.tell(self._trial, [score, cost][: self._objectives])

    def recommend(self) -> int | None:
        """Has no model of the mean."""
        return None


class PlainKerasTuner:
    """KerasTuner's own Bayesian oracle as it comes."""

    def __init__(self, name: str, table: Table, seed: int, objectives: int) -> None:
        self._oracle = keras_tuner.oracles.BayesianOptimizationOracle(
            objective=keras_tuner.Objective("score", "max"),
            max_trials=10**6,
            hyperparameters=space(table),
            seed=seed + 1,
        )
        self._oracle.verbose = 0
        self._oracle.save = lambda: None
        self._oracle._save_trial = lambda trial: None

    def ask(self) -> Values:
        """Returns the next configuration."""
        self._trial = self._oracle.create_trial("tuner")
        return dict(self._trial.hyperparameters.values)

    def tell(self, score: float, cost: float) -> None:
        """Hears of the configuration asked for last."""
        self._oracle.update_trial(self._trial.trial_id, {"score": score})
        self._trial.status = "COMPLETED"
        self._oracle.end_trial(self._trial)

    def recommend(self) -> int | None:
        """Has a model of the mean, but does not say what it thinks."""
        return None


class RegularizedEvolution:
    """As published (Real et al., 2019): the parent is the best of a sample, the oldest dies."""

    POPULATION, SAMPLE = 20, 5

    def __init__(self, name: str, table: Table, seed: int, objectives: int) -> None:
        self._chance = random.Random(seed)
        self._options = {each.name: list(each.values) for each in space(table).space}
        self._told: list[tuple[float, Values]] = []

    def ask(self) -> Values:
        """Returns a random configuration, then mutants in one choice."""
        if len(self._told) < self.POPULATION:
            self._asked = {
                name: self._chance.choice(options) for name, options in self._options.items()
            }
            return self._asked
        sample = self._chance.sample(self._told[-self.POPULATION :], self.SAMPLE)
        parent = max(sample, key=lambda each: each[0])[1]
        edge = self._chance.choice(EDGES)
        others = [each for each in self._options[edge] if each != parent[edge]]
        self._asked = parent | {edge: self._chance.choice(others)}
        return self._asked

    def tell(self, score: float, cost: float) -> None:
        """Hears of the configuration asked for last."""
        self._told.append((score, self._asked))

    def recommend(self) -> int | None:
        """Has no model of the mean."""
        return None


def searcher(name: str, table: Table, seed: int, objectives: int) -> Searcher:
    """Returns a fresh searcher."""
    if name == EVOLUTION:
        return RegularizedEvolution(name, table, seed, objectives)
    if name == KERAS_TUNER:
        return PlainKerasTuner(name, table, seed, objectives)
    kind: Callable[..., Searcher] = Optuna if name.startswith("optuna") else Ours
    return kind(name, table, seed, objectives)
