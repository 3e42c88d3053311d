"""Which trial starts now: one again, one that goes on, or a new one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from automl.records.store import RunStore
from automl.tuning.ask_tell import AskTell
from automl.tuning.budget import TIME_IS_UP, Budget
from automl.tuning.pauses import Pauses
from automl.tuning.tally import Tally
from automl.types import Trial, TrialState

EXHAUSTED = "every configuration of the space was tried"


class NextTrial:
    """Decides, and writes what is new.

    Args:
        store: Where a proposal is written before anything is done with it.
        oracle: Proposes and promotes.
        budget: What may be spent.
        tally: How trials ended.
        pauses: The trials that wait on a rung.
        guesses: Values to try first, and where each came from.
        architecture: Values -> the active choices, JSON-ready.
        asked: Name of the oracle, for the record.
        epochs: Of a whole training.

    Attributes:
        end: Why nothing new is proposed any more; empty until then.
        again: Trials that an interruption or a dead worker left to be run again.
    """

    def __init__(
        self,
        store: RunStore,
        oracle: AskTell,
        budget: Budget,
        tally: Tally,
        pauses: Pauses,
        guesses: Sequence[tuple[dict[str, Any], str]],
        architecture: Callable[[dict[str, Any]], dict[str, Any]],
        asked: str,
        epochs: int,
    ) -> None:
        self.end = ""
        self.again: deque[Trial] = deque()
        self._store, self._oracle, self._budget = store, oracle, budget
        self._tally, self._pauses, self._epochs = tally, pauses, epochs
        self._guesses, self._architecture, self._asked = deque(guesses), architecture, asked
        #: Trials that are trained to their end at once, for time is short.
        self._straight: set[int] = set()
        self._number = 0

    def after(self, number: int) -> None:
        """Makes the proposals go on after one of an earlier session."""
        self._number = number + 1

    def find(self, opened: Iterable[Trial]) -> Trial | None:
        """Returns the trial to start now; None if there is none, or none yet.

        Args:
            opened: The trials in training.
        """
        opened = list(opened)
        spent = self._budget.spent(self._tally.trained + sum(not trial.rungs for trial in opened))
        if self._tally.too_late(self._budget) or spent == TIME_IS_UP:
            self.end = TIME_IS_UP
            return None if opened else self._last_resort()
        if self.again and (not spent or self.again[0].rungs):
            return self.again.popleft()
        closing = bool(spent or self.end)
        number = self._oracle.promote(closing=closing)
        if number is None and not closing and self._is_last_chance():
            number, closing = self._best_paused(), True
        if number is not None:
            return self._pauses.take(number)
        if closing:
            # A rejected candidate frees its place, so open ones do not end the search.
            if not opened:
                self.end = self.end or spent or TIME_IS_UP
            return None
        trial = self._propose()
        if trial is None:
            self.end = EXHAUSTED
            return self.find(opened)
        return trial

    def until(self, trial: Trial) -> int:
        """Returns the epochs that a trial is to be trained to; those it has, to be written."""
        if trial.rungs and self.end == TIME_IS_UP:
            return trial.epochs
        if not self._oracle.pauses or trial.number in self._straight:
            return self._epochs
        return self._oracle.next_rung(trial.number, trial.epochs)

    def give_up_rest(self) -> None:
        """Closes what an interruption left open and the budget no longer allows."""
        reason = f"interrupted, and not run again because {self.end}"
        for trial in self.again:
            closed = replace(trial, state=TrialState.FAILED, reason=reason)
            if trial.rungs:
                closed = replace(trial, state=TrialState.PAUSED)
            self._store.update_trial(closed)
        self.again.clear()

    def _is_last_chance(self) -> bool:
        """Whether the best paused trial can be finished if it goes on now, but not later."""
        paused, left = self._oracle.paused(), self._budget.seconds_left()
        if not paused or left is None:
            return False
        return left <= self._pauses.seconds(paused[0], self._epochs) + self._tally.usual

    def _best_paused(self) -> int | None:
        """Returns the trial that goes on to its end, opened; None if there is none."""
        number = next(iter(self._oracle.paused()), None)
        if number is not None:
            self._oracle.reopen(number)
            self._straight.add(number)
        return number

    def _last_resort(self) -> Trial | None:
        """Returns a paused trial to be written as it is, where no trial was finished in time."""
        if self._tally.seen.completed:
            return None
        interrupted = next((trial for trial in self.again if trial.rungs), None)
        if interrupted is not None:
            self.again.remove(interrupted)
            return interrupted
        number = self._best_paused()
        return None if number is None else self._pauses.take(number)

    def _propose(self) -> Trial | None:
        number = self._number
        proposal = self._first_guess(number)
        if proposal is None:
            values = self._oracle.ask(number)
            if values is None:
                return None
            proposal = values, self._asked
        values, by = proposal
        trial = Trial(number, values, self._architecture(values), by)
        self._store.add_trial(trial)
        self._number += 1
        return trial

    def _first_guess(self, number: int) -> tuple[dict[str, Any], str] | None:
        while self._guesses:
            values, by = self._guesses.popleft()
            if self._oracle.add(number, values):
                return values, by
        return None
