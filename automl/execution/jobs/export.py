"""Writes one trained model in one format and recipe."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from automl.execution.context import JobContext
from automl.execution.models import load_model
from automl.measure.size import folder_size, hashes
from automl.registry import EXPORTERS, RECIPES


def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Exports into a folder, which is emptied first.

    Args:
        args: ``model_file`` and ``folder`` (inside the run's folder), ``format``
            and ``recipe``.
        context: Where the data is.

    Returns:
        ``path`` of the main file inside the run's folder, ``size``,
        ``gzip_size`` and ``files`` (name -> sha256).

    Raises:
        ConversionError: If the format cannot hold the model.
    """
    folder = context.run / args["folder"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    recipe = RECIPES.get(args["recipe"])
    calibration = context.calibration(max(1, recipe.calibration_samples))
    exporter = EXPORTERS.get(args["format"])()
    model = load_model(context.run / args["model_file"])
    path: Path = exporter.export(model, recipe, folder, calibration)
    size, gzipped = folder_size(folder)
    return {
        "path": path.relative_to(context.run).as_posix(),
        "size": size,
        "gzip_size": gzipped,
        "files": hashes(folder),
    }
