"""Further recipes on a finished run, and another file shipped: `automl compress RUN`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from automl.compression.choosing import pick
from automl.compression.compressor import Compressor
from automl.compression.ladder import Clock
from automl.compression.recipe_files import keep_recipes
from automl.compression.request import CompressionRequest
from automl.compression.untried import keep_untried
from automl.config import AUTO
from automl.errors import UserInputError
from automl.execution.context import space_of
from automl.finalists.rivals import Rivals
from automl.records.lock import locked
from automl.records.store import RunStore
from automl.registry import EXPORTERS, RECIPES
from automl.resolve import supported
from automl.selection import shortlist
from automl.shipping import Shipper
from automl.tuning.observer import Observer
from automl.types import Artifact, Choice, Trial, VerificationStatus

if TYPE_CHECKING:
    from automl.execution.base import Executor
    from automl.run import Run


class Recompression:
    """Compresses the trials of a finished run, and ships another file if it is better.

    Args:
        run: The run.
        request: What is asked.
        executor: Runs steps, converters and runtimes.
        shipper: Exports, verifies and places.
        store: The run's records.
        observer: Hears of everything.
    """

    def __init__(
        self,
        run: Run,
        request: CompressionRequest,
        executor: Executor,
        shipper: Shipper,
        store: RunStore,
        observer: Observer,
    ) -> None:
        self._run, self._request, self._observer = run, request, observer
        self._executor, self._shipper, self._store = executor, shipper, store
        self._format = run.formats[0]

    def compress(self) -> Choice:
        """Tries the recipes, chooses among all files that were ever judged, and ships.

        Raises:
            UserInputError: If a recipe does not suit the run's format.
            NothingFeasibleError: If no file keeps the bounds.
            VerificationError: If none passed.
        """
        deadline = None if self._request.time is None else time.time() + self._request.time
        trials = self._run.trials
        compressor = Compressor(self._store, self._executor, trials, deadline)
        self._observer.stage("Compressing")
        judged = {(a.trial, a.recipe): a for a in self._judged_before()}
        for recipe in self._held():
            for trial in self._chosen(trials):
                if (trial.number, recipe) in judged:
                    continue
                if reason := self._unsupported(trial, recipe):
                    keep_untried(self._store, trial.number, (recipe,), reason)
                    continue
                if deadline and Clock(deadline).too_late(RECIPES.get(recipe), trial.seconds):
                    self._observer.note(f"The time was up before {recipe} of trial {trial.number}.")
                    keep_untried(self._store, trial.number, (recipe,), "the time was up")
                    continue
                artifact = self._judged(trial, recipe, compressor)
                judged[trial.number, recipe] = artifact
        choice = pick(
            *(list(judged.values()), self._run.objective, self._request.constraints),
            *(self._examples(), self._run.metric, self._request.rule),
            Rivals(self._store, self._run.metric),
        )
        self._ship(choice, judged[choice.trial, choice.recipe], trials, compressor)
        return choice

    def _judged_before(self) -> list[Artifact]:
        """Returns what earlier comparisons found, but for recipes whose content changed since."""
        changed = {recipe.name for recipe in self._request.own_recipes}
        return [
            artifact
            for artifact in self._store.artifacts()
            if artifact.format == self._format
            and artifact.validation_quality is not None
            and artifact.recipe not in changed
        ]

    def _held(self) -> list[str]:
        """Returns the recipes that the run's first format can hold."""
        exporter = EXPORTERS.get(self._format)
        held = [name for name in self._request.names if exporter.holds(RECIPES.get(name))]
        refused = [name for name in self._request.recipes if name != AUTO and name not in held]
        if refused:
            raise UserInputError(
                f"{self._format} cannot hold {', '.join(refused)}. Leave it out, or search with"
                " another --export first."
            )
        return held

    def _chosen(self, trials: Sequence[Trial]) -> list[Trial]:
        if not self._request.trials:
            kept = [t for t in trials if (self._run.folder / t.model_file).is_file()]
            return shortlist(kept, self._run.objective)
        return [self._run.trial_with_weights(number) for number in self._request.trials]

    def _unsupported(self, trial: Trial, recipe: str) -> str:
        """Returns why a trial's configuration cannot be stored so; ``""`` if it can."""
        if supported((recipe,), {"int8": ""}):
            return ""
        known = self._store.fact("unsupported") or {}
        spec = self._store.fact("space_spec")
        if str(trial.number) not in known and spec:  # Nobody asked for integers before.
            known |= {str(trial.number): space_of(spec).unsupported(trial.values)}
            self._store.set_fact("unsupported", known)
        reason: str = known.get(str(trial.number), {}).get("int8", "")
        return reason

    def _judged(self, trial: Trial, recipe: str, compressor: Compressor) -> Artifact:
        staged = self._shipper.stage(trial, self._format, recipe, compressor)
        artifact = self._shipper.judge(trial, staged)
        shipped = [
            a
            for a in self._store.artifacts()
            if (a.trial, a.format, a.recipe) == (trial.number, self._format, recipe) and a.placed
        ]
        if not shipped:  # What stands where files ship from keeps its record.
            self._store.set_artifact(artifact)
        self._observer.artifact(artifact)
        return artifact

    def _examples(self) -> int:
        data = self._run.data
        return data.counts["validation"] if data else 0

    def _ship(
        self, choice: Choice, artifact: Artifact, trials: Sequence[Trial], compressor: Compressor
    ) -> None:
        """Puts the chosen file in place, unless it is there."""
        self._shipper.set_winner(choice.trial)
        placed = any(
            a.placed and (a.trial, a.recipe) == (choice.trial, choice.recipe)
            for a in self._run.artifacts
        )
        if not placed:
            self._observer.stage("Exporting and verifying")
            (trial,) = (each for each in trials if each.number == choice.trial)
            if not (self._run.folder / artifact.path).is_file():
                known = artifact
                staged = self._shipper.stage(trial, self._format, choice.recipe, compressor)
                artifact = self._shipper.judge(trial, staged) if staged.path else known
            artifact = self._shipper.place(self._shipper.verify(trial, artifact))
            self._store.set_artifact(artifact)
            self._observer.artifact(artifact)
        if artifact.status is not VerificationStatus.FAILED:
            self._store.set_fact("threshold", artifact.threshold)
            self._store.set_fact("choice", asdict(choice))
        self._shipper.describe(self._format, self._run.artifacts, self._store.fact("threshold"))
        self._shipper.clean()


def compress(run: Run, request: CompressionRequest, observer: Observer | None = None) -> Choice:
    """Tries recipes on a finished run; `automl.Run.compress` says the rest."""
    if not run.finished:
        raise UserInputError(f"{run.folder} is not finished. Resume the search first.")
    for recipe in request.own_recipes:
        RECIPES.add(recipe)
    for name in request.names:
        RECIPES.path(name)
    records = {recipe.name: recipe.to_dict() for recipe in request.own_recipes}
    with locked(run.folder), RunStore(run.folder) as store:
        keep_recipes(run.folder, records)
        with run.executor() as executor:
            work = Recompression(
                run, request, executor, run.shipper(executor), store, observer or Observer()
            )
            return work.compress()
