"""What a run's folder holds: what was searched, found and shipped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.config import AUTO, SearchConfig
from automl.data.dataset import DataSummary
from automl.errors import UserInputError
from automl.exports import is_export
from automl.records.store import RunStore
from automl.selection import pareto_front
from automl.types import Artifact, Choice, Trial, TrialState

if TYPE_CHECKING:
    import keras


class RunRecords:
    """One run's records; nothing is kept open, every look reads the store.

    Args:
        folder: The run's folder.

    Raises:
        UserInputError: If the folder holds no run.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        with RunStore(self.folder) as store:
            config = store.fact("config")
        if config is None:
            raise UserInputError(
                f"The run in {self.folder} was never begun. Search again with this --out."
            )
        self.config = SearchConfig.from_dict(config)

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r})"

    @property
    def name(self) -> str:
        """Name of the run's folder."""
        return self.folder.resolve().name

    def fact(self, name: str, default: Any = None) -> Any:
        """Returns a single value the run kept, e.g. ``"versions"``."""
        with RunStore(self.folder) as store:
            return store.fact(name, default)

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats the run writes; fewer than planned where its space cannot ship to one."""
        resolved = self.fact("resolved") or {}
        return tuple(resolved.get("formats") or self.config.formats)

    @property
    def objective(self) -> tuple[str, ...]:
        """The objectives, with ``auto`` spelled out; the first ranks the trials."""
        found = self.fact("objective")
        if found is None and self.config.objective == (AUTO,):
            return ("val_loss", "size")  # The data has not been read yet.
        return tuple(found or self.config.objective)

    @property
    def metric(self) -> str:
        """Name of the metric that files are judged by, e.g. ``"accuracy"``."""
        return str(self.fact("metric") or "accuracy")

    @property
    def finished(self) -> bool:
        """Whether the run ended with exported files."""
        return bool(self.fact("finished", False))

    @property
    def data(self) -> DataSummary | None:
        """The data as the run saw it; None before it was read."""
        record = self.fact("data")
        return DataSummary.from_dict(record) if record else None

    @property
    def seconds(self) -> float:
        """Seconds the run was worked on, over all sessions."""
        with RunStore(self.folder) as store:
            return store.seconds_used()

    @property
    def trials(self) -> list[Trial]:
        """Every candidate, in the order of proposal, rejected ones too."""
        with RunStore(self.folder) as store:
            return store.trials()

    @property
    def counts(self) -> dict[TrialState, int]:
        """How many candidates ended, or stand, in each state."""
        with RunStore(self.folder) as store:
            return store.counts()

    @property
    def pareto(self) -> list[Trial]:
        """The trials that no other beats in every objective."""
        return pareto_front(self.trials, self.objective)

    @property
    def choice(self) -> Choice | None:
        """Which trial and recipe won, and why; None before that is decided."""
        record = self.fact("choice")
        return Choice(**record) if record else None

    @property
    def best(self) -> Trial | None:
        """The trial that won; before the choice, the one with the best score."""
        choice = self.choice
        with RunStore(self.folder) as store:
            if choice is not None:
                return store.trial(choice.trial)
            return next(iter(store.best_trials(1)), None)

    @property
    def artifacts(self) -> list[Artifact]:
        """The winner's exported files, shipped or refused, and other trials' shipped ones."""
        return [artifact for artifact in self.judged if is_export(artifact, self)]

    @property
    def judged(self) -> list[Artifact]:
        """Every artifact that was made, those of trials that lost too."""
        with RunStore(self.folder) as store:
            return store.artifacts()

    @property
    def artifact(self) -> Artifact | None:
        """The artifact that the choice names, in the first export format."""
        choice = self.choice
        if choice is None:
            return None
        wanted = (choice.trial, self.formats[0], choice.recipe)
        return next((a for a in self.judged if (a.trial, a.format, a.recipe) == wanted), None)

    @property
    def notes(self) -> list[str]:
        """What a person should know of how the run went."""
        with RunStore(self.folder) as store:
            return store.notes()

    def epochs(self, trial: int) -> list[dict[str, float]]:
        """Returns the metrics of a trial's epochs."""
        with RunStore(self.folder) as store:
            return store.epochs(trial)

    def load_model(self, trial: int | None = None) -> keras.Model:
        """Loads a trial's trained Keras model, the winner's by default.

        Raises:
            UserInputError: If its weights were not kept.
        """
        from automl.execution.models import load_model

        return load_model(self.folder / self.trial_with_weights(trial).model_file)

    def trial(self, number: int) -> Trial:
        """Returns a candidate by its number.

        Raises:
            UserInputError: If there is none.
        """
        for trial in self.trials:
            if trial.number == number:
                return trial
        raise UserInputError(f"The run has trials 0 to {len(self.trials) - 1}. Received: {number}.")

    def trial_with_weights(self, number: int | None) -> Trial:
        """Returns a trial whose weights were kept, the winner by default.

        Raises:
            UserInputError: If they were not.
        """
        trial = self.best if number is None else self.trial(number)
        if trial is None:
            raise UserInputError(
                f"{self.folder} has no trained trial yet. Resume the search first."
            )
        if (
            trial.state is not TrialState.COMPLETED
            or not (self.folder / trial.model_file).is_file()
        ):
            kept = [t.number for t in self.trials if (self.folder / t.model_file).is_file()]
            raise UserInputError(
                f"The weights of trial {trial.number} were not kept ({trial.state})."
                f" Kept: {', '.join(map(str, kept)) or 'none'}."
            )
        return trial
