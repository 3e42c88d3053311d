"""Which trained weights stay on disk: those of trials that may still be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from automl.selection import worth_keeping
from automl.types import Trial, TrialState


class KeptFiles:
    """The files of trained models in a run's folder, bounded in number.

    What is worth keeping of all trials is found trial by trial: what fell out once
    never comes back, so that a step costs the same after ten trials and after
    ten thousand.

    Args:
        folder: The run's folder.
        objectives: What trials are compared by, the first ranking them.
    """

    def __init__(self, folder: Path, objectives: Sequence[str]) -> None:
        self._folder, self._objectives = folder, tuple(objectives)
        self._kept: list[Trial] = []

    def restore(self, trials: Iterable[Trial]) -> None:
        """Takes over earlier sessions' trials and removes what a kill has left of others."""
        known = list(trials)
        self._kept = worth_keeping(known, self._objectives)
        wanted = {trial.model_file for trial in self._kept}
        wanted |= {trial.model_file for trial in known if not trial.state.finished}
        for file in (self._folder / "models").glob("*.keras"):
            if f"models/{file.name}" not in wanted:
                file.unlink(missing_ok=True)

    def add(self, trial: Trial) -> None:
        """Takes in a finished trial, and removes the weights that it makes superfluous."""
        if trial.state is not TrialState.COMPLETED:
            (self._folder / trial.model_file).unlink(missing_ok=True)
            return
        before = [*self._kept, trial]
        self._kept = worth_keeping(before, self._objectives)
        kept = {each.number for each in self._kept}
        for each in before:
            if each.number not in kept:
                (self._folder / each.model_file).unlink(missing_ok=True)
