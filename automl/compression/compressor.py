"""Does the model steps of recipes for one run, in its workers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from automl.compression.recipe import Recipe
from automl.execution.base import Executor
from automl.records.store import RunStore
from automl.registry import RECIPES
from automl.selection import score
from automl.types import Trial, TrialState

#: Trials that may teach.
TEACHERS = 3


@dataclass(frozen=True)
class Compressed:
    """A trial's model after the model steps of a recipe.

    Attributes:
        model_file: The Keras model, inside the run's folder.
        steps: What each step did: ``step``, ``summary``, ``seconds``, ``params``,
            ``facts`` and ``claims``.
    """

    model_file: str
    steps: tuple[dict[str, Any], ...] = ()

    @property
    def claims(self) -> list[dict[str, Any]]:
        """What the steps say of the model; of a kernel that two speak of, the last word."""
        found = {
            (claim["layer"], claim["kind"]): claim
            for step in self.steps
            for claim in step["claims"]
        }
        return list(found.values())


class Compressor:
    """Compresses trained trials of one run.

    Args:
        store: The run's records.
        executor: Runs the steps.
        trials: Every trial of the run; the best of them, of those whose weights
            were kept, teach.
        deadline: Seconds since the Unix epoch after which no epoch is begun.
    """

    def __init__(
        self,
        store: RunStore,
        executor: Executor,
        trials: Sequence[Trial],
        deadline: float | None = None,
    ) -> None:
        self._store, self._executor, self._deadline = store, executor, deadline
        done = [
            trial
            for trial in trials
            if trial.state is TrialState.COMPLETED and (store.folder / trial.model_file).is_file()
        ]
        best = sorted(done, key=lambda trial: (-score(trial), trial.number))[:TEACHERS]
        self._teachers = [{"model_file": t.model_file, "values": t.values} for t in best]

    def compress(self, trial: Trial, recipe: str) -> Compressed:
        """Returns a trial's model after a recipe's model steps; done once for each list of them.

        Args:
            trial: A trained trial whose weights were kept.
            recipe: Name of the recipe.

        Raises:
            CompressionError: If a step cannot treat the model.
            WorkerDiedError: If the worker ended in the middle of it.
        """
        known: Recipe = RECIPES.get(recipe)
        if not known.model_steps:
            return Compressed(trial.model_file)
        config = self._store.fact("config") or {}
        done = self._executor.run(
            "compress",
            {
                "trial": trial.number,
                "model_file": trial.model_file,
                "values": trial.values,
                "steps": [step.to_dict() for step in known.model_steps],
                "space": self._store.fact("space_spec"),
                "task": self._store.fact("task"),
                "seed": config.get("seed", 0),
                "epochs": max(1, trial.epochs),
                "deadline": self._deadline,
                "teachers": self._teachers,
                "class_weights": config.get("class_weights", "none"),
            },
        )
        return Compressed(done["model_file"], tuple(done["steps"]))
