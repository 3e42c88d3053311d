"""What becomes of a trial whose worker ended in the middle of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from automl.types import Trial, TrialState

#: A trial whose worker dies this often is given up.
MAX_DEATHS = 2


class Deaths:
    """Tells what is tried once more, what counts as it was, and what has failed.

    Args:
        folder: The run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        #: Trials that were ended by force on their way from a rung -> what was said of it.
        self._by_force: dict[int, str] = {}

    def after(self, trial: Trial, how: Mapping[str, Any]) -> Trial:
        """Returns a trial as the end of its worker leaves it.

        It goes on if it is not finished: from its last rung, or, where it was ended
        by force there, only to be written as it was.

        Args:
            trial: As it was begun.
            how: The last event's result: ``message``, and ``timed_out`` if it was
                ended for taking too long.
        """
        # What it died of first is the reason that counts.
        deaths, reason = trial.deaths + 1, trial.reason or str(how["message"])
        trial = replace(trial, deaths=deaths, reason=reason)
        # A second try of an endless trial would be as endless.
        if how.get("timed_out") and trial.rungs:
            return self._ended_by_force(trial, str(how["message"]))
        if trial.number in self._by_force:
            return self.closed(replace(trial, state=TrialState.FAILED))
        if deaths >= MAX_DEATHS or how.get("timed_out"):
            return replace(trial, state=TrialState.FAILED)
        return trial if trial.rungs else replace(trial, state=TrialState.PROPOSED)

    def _ended_by_force(self, trial: Trial, cause: str) -> Trial:
        """Returns a trial that counts as it was at its last rung."""
        seen, state = trial.number in self._by_force, self._folder / trial.pause_file(trial.epochs)
        self._by_force.setdefault(trial.number, cause)
        if seen or not state.is_file():
            return self.closed(replace(trial, state=TrialState.FAILED))
        return replace(trial, reason=cause)

    def counts_as_it_was(self, number: int) -> bool:
        """Returns whether a trial is only written as it was at its last rung."""
        return number in self._by_force

    def closed(self, trial: Trial) -> Trial:
        """Returns a finished trial; one that was ended by force says so and keeps its score.

        Without its weights, if they could not be written, it counts as stopped at its
        last rung.
        """
        cause = self._by_force.get(trial.number)
        if cause is None:
            return trial
        if trial.state is TrialState.FAILED:
            trial = replace(trial, state=TrialState.STOPPED, score=trial.rungs[-1].score)
        return replace(trial, reason=cause)
