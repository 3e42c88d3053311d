"""Runs one artifact on one runtime and compares it with Keras."""

from __future__ import annotations

from typing import Any

from automl.errors import MissingPartError, VerificationError
from automl.execution.context import JobContext
from automl.execution.model_outputs import keep_outputs
from automl.registry import RECIPES, RUNTIMES, TASKS
from automl.tasks.evidence import write_evidence
from automl.types import Verification, VerificationStatus
from automl.verify.compare import compare


def run(args: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Verifies on held-out examples.

    Args:
        args: ``model_file`` and ``path`` (inside the run's folder),
            ``runtime``, ``recipe``, ``task`` and ``split``; ``metric``, what the
            artifact is judged by, ``evidence``, a file inside the run's folder that
            predictions are written to, and ``outputs``, one for what files are
            compared by, may be missing.
        context: Where the data is.

    Returns:
        A `Verification` record as a dictionary. A runtime that is missing
        gives "not verified", one that fails gives "failed"; neither raises.
    """
    runtime = RUNTIMES.get(args["runtime"])()
    reason = runtime.missing()
    if reason:
        return Verification(runtime.name, VerificationStatus.SKIPPED, reason=reason).to_dict()
    x, y = context.split(args["split"])
    reference = context.keras_outputs(args["model_file"], args["split"])
    try:
        result = runtime.run(context.run / args["path"], x)
    except MissingPartError as error:
        return Verification(runtime.name, VerificationStatus.SKIPPED, reason=str(error)).to_dict()
    except VerificationError as error:
        return Verification(runtime.name, VerificationStatus.FAILED, reason=str(error)).to_dict()
    if args.get("outputs"):
        keep_outputs(context.run / args["outputs"], result.outputs)
    task = TASKS.get(args["task"])()
    verification = compare(
        runtime.name,
        result,
        reference,
        y,
        task=task,
        data=context.summary,
        tolerance=RECIPES.get(args["recipe"]).tolerance,
        metric=args.get("metric", ""),
        choosing=args["split"] == "validation",
    )
    if args.get("evidence") and result.outputs.shape == reference.shape:
        write_evidence(context.run / args["evidence"], task.evidence(x, result.outputs, y))
    return verification.to_dict()
