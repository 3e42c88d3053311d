"""One more file of a finished run: `automl export RUN`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.compression.compressor import Compressor
from automl.errors import UserInputError
from automl.records.lock import locked
from automl.records.store import RunStore
from automl.registry import EXPORTERS, RECIPES
from automl.resolve import supported
from automl.shipping import recipes_for
from automl.types import Artifact, Trial

if TYPE_CHECKING:
    from automl.export.settings import ExportSettings
    from automl.run import Run


def export_trial(
    run: Run,
    format_name: str,
    recipe: str | None = None,
    trial: int | None = None,
    settings: ExportSettings | None = None,
) -> Artifact:
    """Writes, verifies and places a file; `automl.Run.export` says the rest."""
    chosen = run.trial_with_weights(trial)
    if recipe is None:
        default = run.choice.recipe if run.choice else "float32"
        (recipe,) = recipes_for(format_name, (default,))
    _check_recipe(run, format_name, recipe, chosen)
    with locked(run.folder), run.executor() as executor, RunStore(run.folder) as store:
        shipper = run.shipper(executor)
        compressor = Compressor(store, executor, run.trials)
        artifact = shipper.stage(chosen, format_name, recipe, compressor, settings)
        artifact = shipper.place(shipper.verify(chosen, artifact))
        same = (artifact.trial, artifact.format, artifact.recipe)
        earlier = [a for a in store.artifacts() if (a.trial, a.format, a.recipe) == same]
        # A file that failed takes no record from the one in place.
        if artifact.placed or not any(a.placed for a in earlier):
            store.set_artifact(artifact)
        shipper.describe(format_name, run.artifacts, run.fact("threshold"))
        shipper.clean()
    return artifact


def _check_recipe(run: Run, format_name: str, recipe: str, trial: Trial) -> None:
    exporter = EXPORTERS.get(format_name)
    if not exporter.holds(RECIPES.get(recipe)):
        held = [name for name in RECIPES.names() if exporter.holds(RECIPES.get(name))]
        raise UserInputError(
            f"{format_name} cannot hold the recipe {recipe!r}. It holds: {', '.join(held)}."
        )
    reasons = (run.fact("unsupported") or {}).get(str(trial.number), {})
    if not supported((recipe,), reasons):
        raise UserInputError(
            f"Trial {trial.number} cannot be exported as {recipe}: {reasons['int8']}."
        )
