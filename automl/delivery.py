"""The last steps of a search: the best trials compressed, judged, shipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from automl.compression.choosing import judge, pick
from automl.compression.compressor import Compressor
from automl.compression.kept_models import forget
from automl.compression.ladder import Clock, further, scans
from automl.compression.untried import keep_untried
from automl.config import SearchConfig
from automl.execution.base import Executor
from automl.finalists.rivals import Rivals
from automl.records.store import RunStore
from automl.registry import EXPORTERS, RECIPES
from automl.resolve import SpacePlan, supported
from automl.selection import shortlist
from automl.shipping import Shipper, recipes_for
from automl.tuning.observer import Observer
from automl.types import Artifact, Choice, Trial, VerificationStatus


class Delivery:
    """From finished trials to files in place.

    Args:
        config: What was asked for.
        store: Where everything is written.
        plan: What was searched, and in which formats it is written.
        shipper: Exports, verifies and places.
        executor: Runs recipes that train.
        observer: Hears of everything.
    """

    def __init__(
        self,
        config: SearchConfig,
        store: RunStore,
        plan: SpacePlan,
        shipper: Shipper,
        executor: Executor,
        observer: Observer,
    ) -> None:
        self._config, self._store, self._plan = config, store, plan
        self._shipper, self._executor, self._observer = shipper, executor, observer

    def compress(
        self, trials: Sequence[Trial], examples: int, until: float | None = None
    ) -> Choice:
        """Steps 9 and 10: the few best, in every recipe, judged as artifacts.

        Args:
            trials: Every trial of the search.
            examples: Number of validation examples.
            until: When the recipes that ``auto`` adds end, in seconds since the Unix
                epoch; None to add none.

        Raises:
            NothingFeasibleError: If no artifact keeps the bounds.
            VerificationError: If none passed.
        """
        self._observer.stage("Compressing")
        objectives, metric = self._store.fact("objective"), self._store.fact("metric")
        chosen = shortlist(list(trials), objectives)
        format_name = self._plan.formats[0]
        compressor = Compressor(self._store, self._executor, trials)
        judged: list[Artifact] = []
        for trial in chosen:
            recipes = self._tried(trial, recipes_for(format_name, self._config.recipes))
            judged += [self._judged(trial, recipe, compressor) for recipe in recipes]
        rivals = Rivals(self._store, metric)
        if until is not None:
            compressor = Compressor(self._store, self._executor, trials, until)
            self._go_on(chosen, judged, compressor, Clock(until), rivals)
        choice = pick(
            *(judged, objectives, self._config.constraints, examples, metric),
            *(self._config.rule, rivals),
        )
        self._store.set_fact("threshold", _threshold(judged, choice))
        self._store.set_fact("choice", asdict(choice))
        return choice

    def _judged(self, trial: Trial, recipe: str, compressor: Compressor) -> Artifact:
        staged = self._shipper.stage(trial, self._plan.formats[0], recipe, compressor)
        artifact = self._shipper.judge(trial, staged)
        self._store.set_artifact(artifact)
        self._observer.artifact(artifact)
        return artifact

    def _go_on(
        self,
        chosen: Sequence[Trial],
        judged: list[Artifact],
        compressor: Compressor,
        clock: Clock,
        rivals: Rivals,
    ) -> None:
        """Tries the recipes that ``auto`` adds, each on every chosen trial, while there is time."""
        exporter = EXPORTERS.get(self._plan.formats[0])
        names = [name for name in further() if exporter.holds(RECIPES.get(name))]
        for number, name in enumerate(names):
            for trial in chosen:
                if clock.too_late(RECIPES.get(name), trial.seconds):
                    self._end_before(names[number:], chosen, judged)
                    return
                if not self._tried(trial, (name,)):
                    continue
                if self._needless(name, trial, judged, rivals):
                    keep_untried(self._store, trial.number, (name,), "int8 loses little enough")
                    continue
                judged.append(self._judged(trial, name, compressor))

    def _end_before(
        self, names: Sequence[str], chosen: Sequence[Trial], judged: Sequence[Artifact]
    ) -> None:
        """Notes which recipes there was no time for."""
        self._note(f"The time for compression was up before: {', '.join(names)}.")
        for trial in chosen:
            done = {artifact.recipe for artifact in judged if artifact.trial == trial.number}
            left = [name for name in self._tried(trial, tuple(names)) if name not in done]
            keep_untried(self._store, trial.number, left, "the time was up")

    def _needless(
        self, name: str, trial: Trial, judged: Sequence[Artifact], rivals: Rivals
    ) -> bool:
        """Returns whether a recipe mends what nothing of the trial is wrong with."""
        if not scans(RECIPES.get(name)):
            return False
        known = judge(judged, self._store.fact("metric"), self._config.rule, rivals)
        return known is not None and any(
            a.trial == trial.number and a.recipe == "int8" and known.good_enough(a) for a in judged
        )

    def _note(self, text: str) -> None:
        self._observer.note(text)
        if text not in self._store.notes():
            self._store.add_note(text)

    def _tried(self, trial: Trial, recipes: tuple[str, ...]) -> tuple[str, ...]:
        """Returns the recipes that are worth trying, and keeps why the others are not."""
        found = self._worthwhile(trial, recipes)
        left = [name for name in recipes if name not in found]
        if left:
            reasons = (self._store.fact("unsupported") or {}).get(str(trial.number), {})
            keep_untried(self._store, trial.number, left, reasons["int8"])
        return found

    def _worthwhile(self, trial: Trial, recipes: tuple[str, ...]) -> tuple[str, ...]:
        """Returns the recipes a trial's configuration supports, and keeps what it does not."""
        if supported(recipes, {"int8": ""}) == recipes:
            return recipes
        unsupported = self._plan.space.unsupported(trial.values)
        if unsupported:
            known = self._store.fact("unsupported") or {}
            self._store.set_fact("unsupported", {**known, str(trial.number): unsupported})
        return supported(recipes, unsupported)

    def ship(self, trials: Sequence[Trial], choice: Choice) -> str:
        """Steps 11 and 12: the winner in every format, run on test data, put in place.

        Returns:
            What failed of what was asked for by name, in one line; ``""`` if nothing did.
        """
        self._observer.stage("Exporting and verifying")
        self._shipper.set_winner(choice.trial)
        (winner,) = (trial for trial in trials if trial.number == choice.trial)
        compressor = Compressor(self._store, self._executor, trials)
        judged = {
            (artifact.format, artifact.recipe): artifact
            for artifact in self._store.artifacts()
            if artifact.trial == winner.number
        }
        final: list[Artifact] = []
        for format_name in self._plan.formats:
            for recipe in self._shipped(format_name, winner, choice):
                artifact = judged.get((format_name, recipe))
                if artifact is None or not artifact.path:
                    artifact = artifact or self._shipper.stage(
                        winner, format_name, recipe, compressor
                    )
                # What failed on validation data is not run again: its fault is known.
                if artifact.status is not VerificationStatus.FAILED or not artifact.verifications:
                    artifact = self._shipper.verify(winner, artifact)
                artifact = self._shipper.place(artifact)
                self._store.set_artifact(artifact)
                self._observer.artifact(artifact)
                final.append(artifact)
            self._shipper.describe(format_name, final, self._store.fact("threshold"))
        self._shipper.clean()
        forget(self._store.folder, {a.trial for a in self._store.artifacts() if a.placed})
        return self._failures(final, self._plan.formats, choice)

    def _shipped(self, format_name: str, winner: Trial, choice: Choice) -> tuple[str, ...]:
        """Returns the recipes in which the winner is written: those asked for, and the choice."""
        recipes = self._worthwhile(winner, recipes_for(format_name, self._config.recipes))
        if not set(recipes) & set(self._config.recipes):
            self._observer.note(
                f"{format_name} holds none of {', '.join(self._config.recipes)};"
                f" it is exported as {recipes[0]}."
            )
        chosen = EXPORTERS.get(format_name).holds(RECIPES.get(choice.recipe))
        return tuple(dict.fromkeys((*recipes, choice.recipe))) if chosen else recipes

    def _failures(self, final: list[Artifact], formats: tuple[str, ...], choice: Choice) -> str:
        """Returns what failed of what was asked for by name, in one line."""
        lines = []
        for format_name in formats:
            mine = [artifact for artifact in final if artifact.format == format_name]
            failed = [a for a in mine if a.status is VerificationStatus.FAILED]
            named = [
                a for a in failed if a.recipe in self._config.compress or a.recipe == choice.recipe
            ]
            lines += [
                f"{format_name} {artifact.recipe}: {artifact.reason}"
                for artifact in named or (failed if len(failed) == len(mine) else [])
            ]
        return f"Not put in place: {'; '.join(lines)}." if lines else ""


def _threshold(judged: list[Artifact], choice: Choice) -> float | None:
    """Returns what parts two verdicts, as chosen on validation data for the chosen file."""
    return next(
        a.threshold for a in judged if (a.trial, a.recipe) == (choice.trial, choice.recipe)
    )  # fmt: skip
