"""Writes one trained model in one format and recipe."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from automl.compression.claims import check
from automl.compression.recipe import Recipe
from automl.compression.steps.base import Claim
from automl.compression.suited_recipe import suited
from automl.execution.context import JobContext
from automl.execution.models import load_model
from automl.export.about import settings_for
from automl.measure.size import folder_size, hashes
from automl.registry import EXPORTERS, RECIPES, RUNTIMES
from automl.verify.finding import runtimes_for


def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Exports into a folder, which is emptied first.

    Args:
        args: ``model_file`` and ``folder`` (inside the run's folder), ``format``
            and ``recipe``, whose model steps are done, and ``task``; ``claims``, what
            those steps say of the model, and ``settings``, how the file is to be, may
            be missing.
        context: Where the data is.

    Returns:
        ``path`` of the main file inside the run's folder, ``size``,
        ``gzip_size``, ``files`` (name -> sha256), ``ram`` (or None) and ``claims``,
        each with what was ``found`` in the file.

    Raises:
        ConversionError: If the format cannot hold the model.
    """
    folder = context.run / args["folder"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    recipe: Recipe = RECIPES.get(args["recipe"])
    calibration = context.calibration(max(1, recipe.calibration_samples))
    exporter = EXPORTERS.get(args["format"])()
    exporter.settings = settings_for(context.summary, args["task"], args.get("settings"))
    model = load_model(context.run / args["model_file"])
    path: Path = exporter.export(model, suited(recipe, model, context.summary), folder, calibration)
    size, gzipped = folder_size(folder)
    claims = [Claim(**each | {"shape": tuple(each["shape"])}) for each in args.get("claims") or ()]
    return {
        "path": path.relative_to(context.run).as_posix(),
        "size": size,
        "gzip_size": gzipped,
        "files": hashes(folder),
        "claims": check(claims, path) if claims else [],
        "ram": _ram(args["format"], path),
    }


def _ram(format_name: str, path: Path) -> int | None:
    """Returns the arena of a format's first runtime, where it is at hand and says so."""
    for runtime in (RUNTIMES.get(name)() for name in runtimes_for(format_name)[:1]):
        if runtime.in_process and runtime.missing() is None:
            found: int | None = runtime.ram(path)
            return found
    return None
