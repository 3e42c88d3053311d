"""What a worker can be asked to do: one job a file, each a ``run`` function."""

from __future__ import annotations

import importlib
from typing import Any

from automl.compression.recipe_files import know_recipes_of
from automl.execution.context import JobContext

JOBS = {
    "gate": "automl.execution.jobs.gate",
    "train": "automl.execution.jobs.train",
    "compress": "automl.execution.jobs.compress",
    "export": "automl.execution.jobs.export",
    "verify": "automl.execution.jobs.verify",
}


def run_job(name: str, args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Runs one job and returns its JSON-ready result.

    Args:
        name: One of `JOBS`, or the import path of another module with a ``run``.
        args: What that function takes.
        context: The worker's view of the run.
    """
    know_recipes_of(context.run)
    result: dict[str, Any] = importlib.import_module(JOBS.get(name, name)).run(args, context)
    return result
