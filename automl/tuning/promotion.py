"""Which paused trial goes on: asynchronous successive halving."""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import Counter, defaultdict
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

    @property
    def waits(self) -> bool:
        """Whether it is paused and may go on."""
        return bool(self.scores) and not self.open and not self.over


class _Ranking:
    """Trials by score, the best first, the earlier first on ties; always sorted."""

    def __init__(self) -> None:
        self.keys: list[tuple[float, int]] = []

    def add(self, number: int, score: float) -> None:
        insort(self.keys, _key(number, score))

    def remove(self, number: int, score: float) -> None:
        del self.keys[self.place(_key(number, score))]

    def place(self, key: tuple[float, int]) -> int:
        return bisect_left(self.keys, key)


@dataclass
class _Step:
    """The trials of one bracket that have reached a rung.

    Attributes:
        count: How many there are.
        gone: How many of them have left it, upwards.
        competing: Those that have, and those that wait here.
        waiting: Those that wait here.
    """

    count: int = 0
    gone: int = 0
    competing: _Ranking = field(default_factory=_Ranking)
    waiting: _Ranking = field(default_factory=_Ranking)


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
        self._started: Counter[int] = Counter()
        self._shares = _shares(self.epochs, reduction) if brackets else [1.0]
        # What a decision needs is kept up to date trial by trial, so that it costs the
        # same after ten trials and after ten thousand: (bracket, rung) -> who is there.
        self._steps: defaultdict[tuple[int, int], _Step] = defaultdict(_Step)
        self._open: set[int] = set()
        self._waiting: set[int] = set()

    @property
    def top(self) -> int:
        """The rung of a whole training."""
        return len(self.epochs) - 1

    def base(self, number: int) -> int:
        """Returns the rung that a trial starts on."""
        while len(self._bases) <= number:
            count = len(self._bases) + 1
            behind = [
                share * count - self._started[base] for base, share in enumerate(self._shares)
            ]
            base = behind.index(max(behind))
            self._bases.append(base)
            self._started[base] += 1
        return self._bases[number]

    def begin(self, number: int) -> None:
        """Makes a trial known that is about to start, or to go on."""
        climb = self._climbs.setdefault(number, _Climb(self.base(number)))
        self._change(number, climb, climb.scores, is_open=True, over=False)

    def pause(self, number: int, scores: Mapping[int, float]) -> None:
        """Takes in how good a trial was on the rungs it reached; it may go on."""
        over = max(scores, default=-1) >= self.top
        self._change(number, self._climbs[number], scores, is_open=False, over=over)

    def end(self, number: int, scores: Mapping[int, float]) -> None:
        """Takes in a trial that will not go on; without scores it counts nowhere."""
        self._change(number, self._climbs[number], scores, is_open=False, over=True)

    def _change(
        self, number: int, climb: _Climb, scores: Mapping[int, float], *, is_open: bool, over: bool
    ) -> None:
        """Makes a trial what is said, everywhere it is counted."""
        self._count(number, climb, -1)
        climb.scores, climb.open, climb.over = dict(scores), is_open, over
        self._count(number, climb, 1)
        for members, belongs in ((self._open, is_open), (self._waiting, climb.waits)):
            (members.add if belongs else members.discard)(number)

    def _count(self, number: int, climb: _Climb, sign: int) -> None:
        """Adds a trial to the steps that it has reached, or takes it out of them."""
        for rung, score in climb.scores.items():
            step = self._steps[climb.base, rung]
            gone = climb.rung > rung or climb.open
            waits = climb.rung == rung and climb.waits
            step.count += sign
            step.gone += sign * gone
            # Who failed or was stopped here leaves the place to the next.
            for ranking, belongs in ((step.competing, gone or waits), (step.waiting, waits)):
                if belongs:
                    (ranking.add if sign > 0 else ranking.remove)(number, score)

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
        return sorted(self._waiting, key=self._order)

    def next(self, *, closing: bool = False, judge: Judge | None = None) -> int | None:
        """Returns the trial to go on with; None if a new one should begin.

        Args:
            closing: Whether no new trial will begin: the shares are rounded up, so
                that at least one trial of every rung goes on, from the lowest rung.
            judge: Tells how much is expected of trials, in place of their scores;
                then as many are promoted as the share says, and no more when
                opinions change.
        """
        if not self._waiting:
            return None
        brackets = sorted({base for base, _ in self._steps})
        for rung in reversed(range(self.top)):
            for base in brackets:
                found = self._promoted(base, rung, math.floor, judge)
                if found is not None:
                    return found
        if not closing:
            return None
        for rung in range(self.top):
            if any(self._climbs[number].rung < rung for number in self._open):
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
        step = self._steps.get((base, rung))
        share = rounded(step.count / self.reduction) if step else 0
        if step is None or not step.waiting.keys or not share:
            return None
        if judge is None:
            best = step.waiting.keys[0]
            return best[1] if step.competing.place(best) < share else None
        if step.gone >= share:
            return None
        numbers = sorted(number for _, number in step.waiting.keys)
        scores = [self._climbs[number].scores[rung] for number in numbers]
        expected = judge(numbers, scores)
        worth = zip(scores if expected is None else expected, scores, strict=True)
        known = dict(zip(numbers, worth, strict=True))
        return max(numbers, key=lambda number: (known[number], -number))

    def _order(self, number: int) -> tuple[int, tuple[float, int]]:
        climb = self._climbs[number]
        return -climb.rung, _key(number, climb.scores[climb.rung])


def _key(number: int, score: float) -> tuple[float, int]:
    """Returns what sorts a trial; one whose score is no number comes last."""
    return (math.inf if math.isnan(score) else -score), number


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
