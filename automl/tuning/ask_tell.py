"""Drives any `keras_tuner.Oracle` as ask/tell."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras_tuner

from automl.errors import UserInputError
from automl.tuning.driven_oracle import DrivenOracle
from automl.tuning.oracles.enumeration import configurations
from automl.tuning.oracles.learning import LearningOracle, Told
from automl.tuning.oracles.pareto import fronts
from automl.tuning.promotion import Ladder
from automl.tuning.threads import one_thread

#: Draws that may be duplicates or already known before chance is given up.
MAX_DRAWS = 200
#: Configurations that are gone through after that, from the first.
MAX_ENUMERATED = 2_000


class AskTell:
    """One oracle, asked for values and told scores, in any order.

    What is asked depends only on the seed, on the number of the proposal and on
    what has been told, so that a resumed search goes on as it would have. With many
    open trials there is an exception: `AutoOracle` makes several proposals at once
    and keeps its model for some results. A resumed search then makes both anew,
    so that its proposals may be others, of a model that knows more.

    Args:
        oracle_class: A `keras_tuner.Oracle` subclass.
        hyperparameters: The whole space.
        canonical: Maps values to what makes two configurations the same.
        seed: Any whole number from 0.
        costs: Names of the costs that are objectives beside the score. Oracles
            that are no `LearningOracle` see the score alone.
        rungs: Epochs after which trials are paused until they are promoted, the
            lowest first, and those of a whole training; empty for none.
        reduction: One of so many trials of a rung is promoted.
    """

    def __init__(
        self,
        oracle_class: type[keras_tuner.Oracle],
        hyperparameters: keras_tuner.HyperParameters,
        canonical: Callable[[Mapping[str, Any]], Any],
        seed: int,
        costs: Sequence[str] = (),
        rungs: Sequence[int] = (),
        reduction: int = 3,
    ) -> None:
        if not (isinstance(oracle_class, type) and issubclass(oracle_class, keras_tuner.Oracle)):
            raise UserInputError(
                f"An oracle is a subclass of keras_tuner.Oracle. Received: {oracle_class!r}."
            )
        self._canonical = canonical
        self._known: set[str] = set()
        self._costs: dict[int, Mapping[str, float]] = {}
        self._cost_names = tuple(costs)
        brackets = bool(getattr(oracle_class, "brackets", False))
        self._ladder = Ladder(rungs or (1,), reduction, brackets=brackets)
        # What has no opinion of a trial's future promotes by what it has seen.
        learns = issubclass(oracle_class, LearningOracle) or bool(costs)
        self._judge = self._expected if learns else None
        self._rest = itertools.islice(configurations(hyperparameters), MAX_ENUMERATED)
        self._driven = DrivenOracle(oracle_class, hyperparameters, seed)
        self._oracle = self._driven.oracle
        if isinstance(self._oracle, LearningOracle):
            self._oracle.cost_objectives = tuple(costs)
            self._oracle.is_new = self._is_new

    def ask(self, number: int) -> dict[str, Any] | None:
        """Returns values for proposal `number`, new to the search; None if none is left.

        Raises:
            AutomlError: If the oracle itself fails.
        """
        with one_thread():
            return self._asked(number)

    def _asked(self, number: int) -> dict[str, Any] | None:
        values = self._driven.propose(number)
        if values is not None and self.add(number, values):
            return values
        return self._draw(number)

    def add(self, number: int, values: Mapping[str, Any]) -> bool:
        """Makes values known as proposal `number`, however they came about.

        Returns:
            False if the same configuration was known before; nothing changes.
        """
        key = self._key(values)
        if key in self._known:
            return False
        self._known.add(key)
        self._driven.begin(number, values)
        self._ladder.begin(number)
        return True

    @property
    def pauses(self) -> bool:
        """Whether trials are paused on their way."""
        return self._ladder.top > 0

    def next_rung(self, number: int, epochs: int = 0) -> int:
        """Returns the epochs to train proposal `number` to, having trained it for `epochs`."""
        levels = self._ladder.epochs[self._ladder.base(number) :]
        return next((level for level in levels if level > epochs), levels[-1])

    def promote(self, *, closing: bool = False) -> int | None:
        """Returns the number of a paused proposal to go on with; None for a new one.

        It is open from now on. What is returned depends on what was told alone.

        Args:
            closing: Whether nothing new will be asked for: then at least one
                proposal of every rung goes on.
        """
        number = self._ladder.next(closing=closing, judge=self._judge)
        if number is not None:
            self._ladder.begin(number)
        return number

    def paused(self) -> list[int]:
        """Returns the proposals that may be promoted, the most advanced and best first."""
        return self._ladder.paused()

    def reopen(self, number: int) -> None:
        """Makes a paused proposal one that is being gone on with."""
        self._ladder.begin(number)

    def tell(
        self,
        number: int,
        score: float | None,
        costs: Mapping[str, float] | None = None,
        *,
        feasible: bool = True,
        excess: float | None = None,
        rungs: Mapping[int, float] | None = None,
        paused: bool = False,
        stopped: bool = False,
    ) -> None:
        """Ends a proposal, or says how it did on the rungs so far.

        Args:
            number: What `add` or `ask` was given.
            score: Higher is better; None, NaN or infinite if it has none.
            costs: Name -> what it costs, lower is better, as far as measured;
                also of what was turned away.
            feasible: Whether it kept every bound and could be built.
            excess: The worst measure over its bound, as a ratio, at most 1 if
                every bound is kept; None where nothing is bounded or measured.
            rungs: Epochs of each rung at which it was paused -> its score there.
            paused: Whether it may be promoted; its score is that of its last rung.
            stopped: Whether it was left for good at its last rung.

        Raises:
            ValueError: If the proposal is unknown or already ended.
        """
        trial_id = str(number)
        if trial_id not in self._oracle.trials or not self._ladder.is_climbing(number):
            raise ValueError(f"Only an open proposal can be told. Received: number={number}")
        if score is not None and not math.isfinite(score):
            score = None
        known = {name: cost for name, cost in (costs or {}).items() if math.isfinite(cost)}
        self._costs[number] = known
        whole = score is not None and not (paused or stopped)
        by_rung = self._ladder.take_in(number, score, rungs or {}, paused=paused, whole=whole)
        if isinstance(self._oracle, LearningOracle):
            told = Told(score, known, feasible, excess, by_rung, whole)
            self._oracle.learn(trial_id, told)
        self._driven.end(number, score)

    def recommend(self) -> int | None:
        """Returns the number of the finished proposal the oracle thinks best; None if it cannot.

        Oracles that have a model say so in a method of this name; scores are
        noisy, and the best one seen owes something to luck.
        """
        recommend = getattr(self._oracle, "recommend", None)
        with one_thread():
            found = None if recommend is None else self._driven.guarded(recommend)
        return None if found is None else int(found)

    def _expected(self, numbers: Sequence[int], scores: Sequence[float]) -> Sequence[float] | None:
        """Returns what is expected of proposals that are at one rung; None for their scores."""
        if self._cost_names:
            return self._ranked(numbers, scores)
        if not isinstance(self._oracle, LearningOracle):
            return None
        trial_ids, promising = list(map(str, numbers)), self._oracle.promising
        with one_thread():
            found: Sequence[float] | None = self._driven.guarded(lambda: promising(trial_ids))
        return found

    def _ranked(self, numbers: Sequence[int], scores: Sequence[float]) -> Sequence[float]:
        """Returns 0 for the Pareto front of proposals, less for those behind it."""
        import numpy as np

        costs = [
            [self._costs[number].get(name, math.inf) for name in self._cost_names]
            for number in numbers
        ]
        points = np.column_stack([scores, -np.array(costs)])
        return [-float(rank) for rank in fronts(points)]

    def _draw(self, number: int) -> dict[str, Any] | None:
        for _ in range(MAX_DRAWS):
            values = self._driven.draw()
            if values is None:
                continue
            if self.add(number, values):
                return dict(values)
        # In a space that is nearly used up, chance may never hit what is left.
        for values in self._rest:
            if self.add(number, values):
                return values
        return None

    def _is_new(self, values: Mapping[str, Any]) -> bool:
        return self._key(values) not in self._known

    def _key(self, values: Mapping[str, Any]) -> str:
        return json.dumps(self._canonical(values), sort_keys=True, default=str)
