"""The trials that were paused: which may go on, their files, and how long they would take."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from automl.tuning.stages import Stages, work_of
from automl.types import PAUSES, Trial, TrialState

#: Trials of each rung whose state is kept, so that disk is bounded: those that come
#: next when others are promoted.
KEPT = 8
#: What the last promotion is given over its estimate.
MARGIN = 1.2


class Pauses:
    """Paused trials of one search.

    Args:
        folder: The run's folder.
        stages: What each epoch trains on; None for everything.
    """

    def __init__(self, folder: Path, stages: Stages | None = None) -> None:
        self._folder, self._stages = folder, stages
        self._trials: dict[int, Trial] = {}
        #: Trial -> seconds that one of its epochs takes on the whole data.
        self._paces: dict[int, float] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._trials

    def restore(self, trials: Iterable[Trial]) -> None:
        """Removes the states that a kill has left of what does not go on from them."""
        wanted = {
            trial.pause_file(trial.epochs)
            for trial in trials
            if trial.rungs and not trial.state.finished
        }
        for file in (self._folder / PAUSES).glob("*"):
            if f"{PAUSES}/{file.name}" not in wanted:
                file.unlink(missing_ok=True)

    def add(self, trial: Trial) -> None:
        """Takes in a trial that was paused, or ended: then its states are removed."""
        paused = trial.state is TrialState.PAUSED
        kept = trial.pause_file(trial.epochs) if paused else ""
        for rung in trial.rungs:
            if trial.pause_file(rung.epochs) != kept:
                (self._folder / trial.pause_file(rung.epochs)).unlink(missing_ok=True)
        if paused:
            self._trials[trial.number] = trial
        else:
            self._trials.pop(trial.number, None)

    def take(self, number: int) -> Trial:
        """Returns a paused trial to go on with; it is in training from now on."""
        return replace(self._trials.pop(number), state=TrialState.RUNNING)

    def surplus(self, ranked: Sequence[int]) -> list[Trial]:
        """Returns the trials that are not worth their files, as they are to be written.

        Args:
            ranked: Numbers of the paused trials, the most promising first.
        """
        counts: dict[int, int] = {}
        found = []
        for number in ranked:
            trial = self._trials[number]
            counts[trial.epochs] = counts.get(trial.epochs, 0) + 1
            if counts[trial.epochs] > KEPT:
                found.append(replace(trial, state=TrialState.STOPPED))
        return found

    def timed(self, number: int, seconds: float | None) -> None:
        """Notes how long an epoch of a trial takes, if that was measured."""
        if seconds is not None:
            self._paces[number] = seconds

    def seconds(self, number: int, epochs: int) -> float:
        """Returns about how long it takes to train a paused trial to its end.

        Args:
            number: Of a paused trial.
            epochs: Of a whole training.
        """
        trial = self._trials[number]
        usual = statistics.median(self._paces.values()) if self._paces else None
        done = work_of(self._stages, 0, trial.epochs)
        longest = trial.seconds / (done or 1.0)
        pace = min(longest, self._paces.get(number, usual if usual is not None else longest))
        overhead = trial.seconds - done * pace
        return MARGIN * (overhead + work_of(self._stages, trial.epochs, epochs) * pace)
