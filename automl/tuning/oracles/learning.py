"""What the project's own oracles know of the trials, beside KerasTuner's score."""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras_tuner


@dataclass(frozen=True)
class Told:
    """How a trial ended.

    Attributes:
        score: Higher is better; None if it has none.
        costs: Name -> what it costs, lower is better, as far as measured.
        feasible: Whether it kept every bound and could be built.
        excess: The worst measure over its bound, as a ratio, at most 1 if every
            bound is kept; None where nothing is bounded or measured.
        rungs: Rung -> its score there, from 0 for the fewest epochs; empty where
            trials are not paused.
        whole: Whether it was trained to the end; else its score is that of the
            highest rung it reached.
    """

    score: float | None
    costs: Mapping[str, float] = field(default_factory=dict)
    feasible: bool = True
    excess: float | None = None
    rungs: Mapping[int, float] = field(default_factory=dict)
    whole: bool = True

    @property
    def violation(self) -> float:
        """How much the bounds are broken, 0 where they are kept; infinite where unknown."""
        if self.feasible:
            return 0.0
        return float("inf") if self.excess is None else max(0.0, self.excess - 1.0)


@dataclass(frozen=True)
class Known:
    """One trial as an oracle sees it; `told` is None while it is open."""

    trial_id: str
    values: dict[str, Any]
    told: Told | None


class LearningOracle(keras_tuner.Oracle):
    """An oracle that also hears of costs and of what is not feasible.

    A subclass writes `propose`. It draws from `draw_seed` and reads `history`
    and nothing else, so that a fresh oracle which is told the past goes on as
    the old one would have (`auto` with many open trials makes its batch anew).
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        #: Names of the costs that are objectives beside the score.
        self.cost_objectives: tuple[str, ...] = ()
        #: Tells whether values are new to the search; some that differ mean the same.
        self.is_new: Callable[[Mapping[str, Any]], bool] = self._is_untried
        self._told: dict[str, Told] = {}

    @abstractmethod
    def propose(self, rng: random.Random) -> dict[str, Any] | None:
        """Returns values for the next trial; None to have them drawn at random.

        Args:
            rng: Where chance comes from; the same for the same proposal.
        """

    def learn(self, trial_id: str, told: Told) -> None:
        """Hears how a trial ended or what it did at a rung, before KerasTuner does."""
        self._told[trial_id] = told

    def promising(self, trial_ids: Sequence[str]) -> Sequence[float] | None:
        """Returns how much is expected of trials, trained to the end; None if that is not known.

        A strategy without a model expects what it has seen.
        """
        return None

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Returns values for the next trial and the status ``RUNNING`` or ``STOPPED``."""
        values = self.propose(random.Random(self._seed_state))
        if values is None:
            values = self._random_values()
        if values is None:
            return {"status": "STOPPED"}
        return {"status": "RUNNING", "values": values}

    def history(self) -> list[Known]:
        """Returns every trial in the order of proposal, open ones included."""
        return [self._known(trial_id) for trial_id in self.start_order if trial_id in self.trials]

    def rankable(self, trials: Sequence[Known]) -> list[Known]:
        """Returns those of `trials` that have a value of every objective."""
        return [
            each
            for each in trials
            if each.told is not None
            and each.told.score is not None
            and all(name in each.told.costs for name in self.cost_objectives)
        ]

    def _known(self, trial_id: str) -> Known:
        trial = self.trials[trial_id]
        return Known(trial_id, dict(trial.hyperparameters.values), self._outcome(trial))

    def _outcome(self, trial: Any) -> Told | None:
        if trial.status == "RUNNING":
            return None
        if trial.trial_id in self._told:
            return self._told[trial.trial_id]
        # Under a plain `keras_tuner.Tuner`, that knows of scores alone.
        sign = 1.0 if self.objective.direction == "max" else -1.0
        done = trial.status == "COMPLETED" and trial.score is not None
        return Told(sign * float(trial.score) if done else None)

    def _is_untried(self, values: Mapping[str, Any]) -> bool:
        return self._compute_values_hash(dict(values)) not in self._tried_so_far


def fitness(trial: Known) -> tuple[float, float]:
    """Ranks trials by score; those without one, below, by how little they break the bounds."""
    if trial.told is None or trial.told.score is None:
        return float("-inf"), -trial.told.violation if trial.told else 0.0
    return trial.told.score, 0.0
