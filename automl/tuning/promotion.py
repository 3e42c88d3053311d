"""Which paused trial goes on: asynchronous successive halving."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

#: Numbers of trials at a rung and their scores there -> how much is expected of
#: each; None where nothing but the scores is known.
Judge = Callable[[Sequence[int], Sequence[float]], Sequence[float] | None]


@dataclass
class _Climb:
    """One trial on its way up.

    Attributes:
        base: Rung that it starts on.
        scores: Rung -> how good it was there.
        open: Whether it is in training.
        over: Whether it will not be trained any more.
    """

    base: int
    scores: dict[int, float] = field(default_factory=dict)
    open: bool = True
    over: bool = False

    @property
    def rung(self) -> int:
        """The highest rung reached; -1 for none."""
        return max(self.scores, default=-1)


class Ladder:
    """Promotes the best share of the trials of each rung, without waiting for the others.

    Li et al., A system for massively parallel hyperparameter tuning, 2020,
    https://arxiv.org/abs/1810.05934: whenever a trial may be started, one that is
    in the best ``1 / reduction`` of its rung goes on, at the highest rung where
    there is one; else a new one begins. Trials that start on a higher rung form
    a bracket of their own. What is decided depends on what was told alone, in
    whatever order.

    Args:
        epochs: Epochs of each rung, from the lowest.
        reduction: One of so many trials of a rung goes on.
        brackets: Whether trials start on different rungs, each of which gets an
            equal share of the epochs, as Hyperband's do (Li et al., 2018,
            https://arxiv.org/abs/1603.06560).
    """

    def __init__(self, epochs: Sequence[int], reduction: int, *, brackets: bool = False) -> None:
        self.epochs, self.reduction = tuple(epochs), reduction
        self._climbs: dict[int, _Climb] = {}
        self._bases: list[int] = []
        self._shares = _shares(self.epochs, reduction) if brackets else [1.0]

    @property
    def top(self) -> int:
        """The rung of a whole training."""
        return len(self.epochs) - 1

    def base(self, number: int) -> int:
        """Returns the rung that a trial starts on."""
        while len(self._bases) <= number:
            count = len(self._bases) + 1
            behind = [
                share * count - self._bases.count(base) for base, share in enumerate(self._shares)
            ]
            self._bases.append(behind.index(max(behind)))
        return self._bases[number]

    def begin(self, number: int) -> None:
        """Makes a trial known that is about to start, or to go on."""
        climb = self._climbs.setdefault(number, _Climb(self.base(number)))
        climb.open, climb.over = True, False

    def pause(self, number: int, scores: Mapping[int, float]) -> None:
        """Takes in how good a trial was on the rungs it reached; it may go on."""
        climb = self._climbs[number]
        climb.scores, climb.open = dict(scores), False
        climb.over = climb.rung >= self.top

    def end(self, number: int, scores: Mapping[int, float]) -> None:
        """Takes in a trial that will not go on; without scores it counts nowhere."""
        climb = self._climbs[number]
        climb.scores, climb.open, climb.over = dict(scores), False, True

    def is_climbing(self, number: int) -> bool:
        """Returns whether a trial is known and may still be trained."""
        return number in self._climbs and not self._climbs[number].over

    def take_in(
        self,
        number: int,
        score: float | None,
        by_epochs: Mapping[int, float],
        *,
        paused: bool,
        whole: bool,
    ) -> dict[int, float]:
        """Takes in how a trial did so far, and returns its score by rung.

        Args:
            number: Of the trial.
            score: Its latest; None if it failed.
            by_epochs: Epochs of each rung at which it was paused -> its score there.
            paused: Whether it may go on.
            whole: Whether it was trained to its end.
        """
        places = {epochs: rung for rung, epochs in enumerate(self.epochs)}
        scores = {places[each]: value for each, value in by_epochs.items() if each in places}
        base = self.base(number)
        if whole and score is not None:
            # It is as good as it gets on every rung that it did not need.
            scores |= dict.fromkeys(range(max(scores, default=base - 1) + 1, self.top + 1), score)
        elif score is not None and not scores:
            scores = {base: score}
        (self.pause if paused else self.end)(number, scores)
        return scores

    def paused(self) -> list[int]:
        """Returns the trials that may still go on, the highest rung and best score first."""
        found = [number for number, climb in self._climbs.items() if self._may_go_on(climb)]
        return sorted(found, key=lambda number: self._order(number))

    def next(self, *, closing: bool = False, judge: Judge | None = None) -> int | None:
        """Returns the trial to go on with; None if a new one should begin.

        Args:
            closing: Whether no new trial will begin: the shares are rounded up, so
                that at least one trial of every rung goes on, from the lowest rung.
            judge: Tells how much is expected of trials, in place of their scores;
                then as many are promoted as the share says, and no more when
                opinions change.
        """
        brackets = sorted({climb.base for climb in self._climbs.values()})
        for rung in reversed(range(self.top)):
            for base in brackets:
                found = self._promoted(base, rung, math.floor, judge)
                if found is not None:
                    return found
        if not closing:
            return None
        for rung in range(self.top):
            if any(climb.open and climb.rung < rung for climb in self._climbs.values()):
                return None  # They may be better than those that are here.
            for base in brackets:
                found = self._promoted(base, rung, math.ceil, judge)
                if found is not None:
                    return found
        return None

    def _promoted(
        self, base: int, rung: int, rounded: Callable[[float], int], judge: Judge | None
    ) -> int | None:
        """Returns the trial of one bracket to be promoted from a rung, if there is one."""
        here = [
            n for n, climb in self._climbs.items() if climb.base == base and rung in climb.scores
        ]
        share = rounded(len(here) / self.reduction)
        waiting = {
            n for n in here if self._climbs[n].rung == rung and self._may_go_on(self._climbs[n])
        }
        if not waiting or not share:
            return None
        if judge is None:
            # Who failed or was stopped here leaves the place to the next.
            left = [
                n
                for n in here
                if n in waiting or self._climbs[n].rung > rung or self._climbs[n].open
            ]
            ranked = sorted(left, key=lambda n: (-self._climbs[n].scores[rung], n))
            return next((number for number in ranked[:share] if number in waiting), None)
        gone = sum(self._climbs[n].rung > rung or self._climbs[n].open for n in here)
        if gone >= share:
            return None
        numbers = sorted(waiting)
        scores = [self._climbs[number].scores[rung] for number in numbers]
        expected = judge(numbers, scores)
        worth = zip(scores if expected is None else expected, scores, strict=True)
        best = dict(zip(numbers, worth, strict=True))
        return max(numbers, key=lambda number: (best[number], -number))

    def _may_go_on(self, climb: _Climb) -> bool:
        return bool(climb.scores) and not climb.open and not climb.over

    def _order(self, number: int) -> tuple[int, float, int]:
        climb = self._climbs[number]
        return -climb.rung, -climb.scores[climb.rung], number


def _shares(epochs: Sequence[int], reduction: int) -> list[float]:
    """Returns the share of the trials that start on each rung, all rungs costing alike."""
    costs = [
        first
        + sum(
            (later - epochs[place - 1]) / reduction ** (place - base)
            for place, later in enumerate(epochs)
            if place > base
        )
        for base, first in enumerate(epochs)
    ]
    total = sum(1.0 / cost for cost in costs)
    return [1.0 / cost / total for cost in costs]
