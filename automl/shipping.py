"""From a trained model to verified files in place.

An artifact is written to a staging folder, run on its runtimes and moved to
``export/FORMAT/RECIPE/`` only if it passed. Files that failed stay in staging.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from automl.compression.claims import broken
from automl.compression.compressor import Compressed, Compressor
from automl.data.dataset import DataSummary
from automl.errors import AutomlError, UserInputError
from automl.execution.base import Executor
from automl.export.folder.describing import describe_format
from automl.export.folder.placing import place_folder
from automl.export.settings import ExportSettings
from automl.measure.size import hashes
from automl.registry import EXPORTERS, RECIPES
from automl.staging import FAILED, STAGING, folder_name, judged_outputs
from automl.tasks.evidence import evidence_file
from automl.types import Artifact, Trial, Verification, VerificationStatus
from automl.verify.finding import runtimes_for

#: Stands for a runtime where a file is not the one that was verified.
SHA256 = "sha256"


def recipes_for(format_name: str, recipes: Sequence[str]) -> tuple[str, ...]:
    """Returns those of `recipes` that a format can hold, or its plainest if it holds none.

    Raises:
        UserInputError: If no registered recipe suits the format.
    """
    exporter = EXPORTERS.get(format_name)
    for names in (recipes, RECIPES.names()):
        held = tuple(name for name in names if exporter.holds(RECIPES.get(name)))
        if held:
            return held if names is recipes else held[:1]
    raise UserInputError(f"No recipe suits the format {format_name!r}. Name another with --export.")


def remembered(old: Artifact, new: Artifact) -> Artifact:
    """Returns `new` with what was verified before and could not be, or was not, verified now."""
    if any(v.runtime == SHA256 for v in new.verifications):
        return new
    known = {v.runtime: v for v in old.verifications if v.runtime != SHA256}
    for verification in new.verifications:
        if verification.status is not VerificationStatus.SKIPPED:
            known[verification.runtime] = verification
        else:
            known.setdefault(verification.runtime, verification)
    return replace(new, verifications=tuple(known.values()))


class Shipper:
    """Exports, verifies and places artifacts of one run.

    Args:
        folder: The run's folder.
        config: The run's configuration.
        data: The run's data.
        executor: Runs converters and runtimes.
        task: Registry name of the run's task.
        winner: Number of the trial whose files are the run's own.
        metric: What artifacts are judged by; the task's own by default.
    """

    def __init__(
        self,
        folder: Path,
        data: DataSummary,
        executor: Executor,
        task: str,
        winner: int | None = None,
        metric: str = "",
    ) -> None:
        self._folder, self._data = folder, data
        self._executor, self._task = executor, task
        self._winner, self._metric = winner, metric

    def set_winner(self, trial: int) -> None:
        """Says which trial's files are the run's own."""
        self._winner = trial

    def stage(
        self,
        trial: Trial,
        format_name: str,
        recipe: str,
        compressor: Compressor | None = None,
        settings: ExportSettings | None = None,
    ) -> Artifact:
        """Writes an artifact to staging; a step or converter that fails or dies gives a reason.

        Args:
            trial: A trained trial whose weights were kept.
            format_name: Registry name of the exporter.
            recipe: Name of the recipe.
            compressor: Does the recipe's model steps; None for a recipe without any.
            settings: How the file is to be, beside the recipe; None for the usual.
        """
        artifact = Artifact(trial.number, format_name, recipe, path="")
        try:
            made = Compressed(trial.model_file)
            if compressor is not None:
                made = compressor.compress(trial, recipe)
            if made.steps:
                artifact = replace(artifact, model_file=made.model_file, steps=made.steps)
            written = self._executor.run(
                "export",
                {
                    "model_file": made.model_file,
                    "claims": made.claims,
                    "folder": "/".join(
                        (
                            STAGING,
                            str(trial.number),
                            folder_name(format_name),
                            folder_name(recipe),
                        )
                    ),
                    "format": format_name,
                    "recipe": recipe,
                    "task": self._task,
                    "settings": None if settings is None else settings.to_dict(),
                },
            )
        except UserInputError:
            raise  # The run's own model or data is gone: no fault of the format.
        except AutomlError as error:
            return replace(artifact, reason=str(error))
        claims = tuple(written.pop("claims", ()))
        if missing := broken(claims):
            reason = f"the file is not what the recipe says: {missing}"
            return replace(artifact, **written | {"path": ""}, claims=claims, reason=reason)
        return replace(artifact, **written, claims=claims)

    def judge(self, trial: Trial, artifact: Artifact) -> Artifact:
        """Runs a staged artifact on validation data, on its format's first runtime."""
        if not artifact.path:
            return artifact
        runtimes = runtimes_for(artifact.format)
        if not runtimes:
            return replace(artifact, reason=f"no registered runtime runs {artifact.format} files")
        verification = self._verify(trial, artifact, runtimes[0], "validation")
        return replace(
            artifact,
            validation_quality=verification.quality,
            validation_error=verification.error,
            threshold=verification.threshold,
            verifications=(verification,),
        )

    def verify(self, trial: Trial, artifact: Artifact, runtimes: Sequence[str] = ()) -> Artifact:
        """Runs an artifact on test data, on every runtime of its format unless some are named."""
        if not artifact.path:
            return artifact
        verifications = tuple(
            self._verify(trial, artifact, runtime, "test")
            for runtime in runtimes or runtimes_for(artifact.format)
        )
        return replace(artifact, verifications=verifications)

    def check(self, trial: Trial, artifact: Artifact, runtimes: Sequence[str] = ()) -> Artifact:
        """Verifies a placed artifact again; a file that changed since fails at once."""
        folder = (self._folder / artifact.path).parent
        if not folder.resolve().is_relative_to(self._folder.resolve()):
            raise UserInputError(f"The run records a file outside its folder: {artifact.path}.")
        found = hashes(folder)
        if found != artifact.files:
            missing = sorted(artifact.files.keys() - found.keys())
            reason = (
                f"{', '.join(missing)} is missing in {folder}"
                if missing
                else f"the files in {folder} are not those that were verified (sha256 differs)"
            )
            failed = Verification(SHA256, VerificationStatus.FAILED, reason=reason)
            return replace(artifact, verifications=(failed,), reason=reason)
        return replace(self.verify(trial, artifact, runtimes), reason="")

    def place(self, artifact: Artifact) -> Artifact:
        """Moves a verified artifact from staging to its place; a failed one stays aside."""
        if artifact.status is VerificationStatus.FAILED:
            reason = artifact.reason or next(
                f"{v.runtime}: {v.reason}"
                for v in artifact.verifications
                if v.status is VerificationStatus.FAILED
            )
            if artifact.path:
                self._move(artifact, FAILED)
            return replace(artifact, path="", reason=reason)
        return replace(artifact, path=self._move(artifact, "export"))

    def _move(self, artifact: Artifact, place: str) -> str:
        staged = self._folder / artifact.path
        target = self._folder / place / folder_name(artifact.format) / self._place_of(artifact)
        place_folder(staged.parent, target)
        return (target / staged.name).relative_to(self._folder).as_posix()

    def _place_of(self, artifact: Artifact) -> str:
        """The winner's files stand under the recipe's name, another trial's beside them."""
        if artifact.trial == self._winner:
            return folder_name(artifact.recipe)
        return f"{folder_name(artifact.recipe)}-trial-{artifact.trial}"

    def describe(
        self, format_name: str, artifacts: Sequence[Artifact], threshold: float | None = None
    ) -> None:
        """Writes what stands beside a format's files; see `describe_format`."""
        describe_format(*(self._folder, format_name, artifacts, self._data, self._task, threshold))

    def clean(self) -> None:
        """Removes staged files that were judged and not chosen."""
        shutil.rmtree(self._folder / STAGING, ignore_errors=True)

    def _verify(self, trial: Trial, artifact: Artifact, runtime: str, split: str) -> Verification:
        evidence = evidence_file(trial.number, artifact.format, artifact.recipe)
        try:
            record = self._executor.run(
                "verify",
                {
                    "model_file": artifact.model_file or trial.model_file,
                    "path": artifact.path,
                    "runtime": runtime,
                    "recipe": artifact.recipe,
                    "task": self._task,
                    "split": split,
                    "metric": self._metric,
                    "evidence": evidence if split == "test" else "",
                    "outputs": judged_outputs(artifact) if split == "validation" else "",
                },
            )
        except UserInputError:
            raise
        except AutomlError as error:
            return Verification(runtime, VerificationStatus.FAILED, reason=str(error))
        return Verification.from_dict(record)
