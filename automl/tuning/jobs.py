"""What the jobs of a trial are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from automl.config import USUAL_EPOCHS, SearchConfig
from automl.tuning.budget import Budget
from automl.tuning.curves import Bar
from automl.tuning.stages import Stages
from automl.types import Trial


@dataclass(frozen=True)
class TrialJobs:
    """The arguments of a search's jobs.

    Attributes:
        config: What to search.
        space: The space as `space_spec` describes it.
        budget: What may be spent.
        gate: Format and recipes measured at the gate, smallest first.
        start_from: Path of a ``.keras`` file whose weights trials start with.
        folder: The run's folder.
        stages: What each epoch trains on; None for everything.
    """

    config: SearchConfig
    space: dict[str, Any]
    budget: Budget
    gate: tuple[str, Sequence[str]]
    start_from: str | None
    folder: Path
    stages: Stages | None = None

    @property
    def epochs(self) -> int:
        """Epochs of a whole training."""
        return self.config.epochs or USUAL_EPOCHS

    def gating(self, trial: Trial) -> dict[str, Any]:
        """Returns the arguments of the job that measures a candidate."""
        return {
            "space": self.space,
            "values": trial.values,
            "format": self.gate[0],
            "recipes": self.gate[1],
            "constraints": asdict(self.config.constraints),
            "task": self.config.task,
            "limit": self.budget.limit,
        }

    def training(self, trial: Trial, until: int, bar: Bar | None = None) -> dict[str, Any]:
        """Returns the arguments of the job that trains a trial, from where it was paused.

        Args:
            trial: What is trained.
            until: Epoch to pause after; of a whole training, or what it has, to end it.
            bar: What it must reach on the way to be gone on with.
        """
        args: dict[str, Any] = {
            "space": self.space,
            "values": trial.values,
            "seed": self.config.seed * 100_003 + trial.number,
            "epochs": self.epochs,
            "deadline": self.budget.deadline,
            "limit": self.budget.limit,
            "model_file": trial.model_file,
            "task": self.config.task,
            "class_weights": self.config.class_weights,
            "objective": self.config.objective[0],
            "precision": self.config.precision,
            "devices": self.config.devices_per_trial,
        }
        if self.stages is not None:
            args["stages"] = self.stages.to_dict()
        if self.start_from:
            args["start_from"] = self.start_from
        if until < self.epochs:
            args["until"] = until
            if until > trial.epochs:
                args["pause_file"] = trial.pause_file(until)
        before = trial.pause_file(trial.epochs)
        # A state that is gone costs the time to come there again, nothing else.
        if trial.rungs and (self.folder / before).is_file():
            args["resume_file"] = before
        if bar is not None:
            args["bar"] = bar.to_dict()
        return args
