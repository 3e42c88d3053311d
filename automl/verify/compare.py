"""The one comparison between an artifact's outputs and the Keras model's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.compression.recipe import Tolerance
from automl.tasks.base import Task
from automl.types import Verification, VerificationStatus
from automl.verify.base import RuntimeResult

if TYPE_CHECKING:
    import numpy as np


def compare(
    runtime: str,
    result: RuntimeResult,
    reference: np.ndarray,
    labels: np.ndarray,
    task: Task,
    tolerance: Tolerance,
) -> Verification:
    """Compares outputs and judges them.

    Args:
        runtime: Name of the runtime that ran the artifact.
        result: What it computed, examples x units.
        reference: The Keras model's outputs on the same examples.
        labels: What was right.
        task: Says what agreement and quality are.
        tolerance: What the artifact must keep.
    """
    import numpy as np

    outputs = result.outputs
    if outputs.shape != reference.shape:
        return Verification(
            runtime=runtime,
            status=VerificationStatus.FAILED,
            reason=f"outputs have shape {outputs.shape}, Keras gives {reference.shape}",
        )
    difference = np.abs(outputs.astype(np.float64) - reference.astype(np.float64))
    largest = float(difference.max())
    agreement = task.agreement(outputs, reference)
    reason = _not_finite("outputs", outputs) or _not_finite("outputs of Keras", reference)
    reason = reason or _broken(largest, agreement, tolerance)
    return Verification(
        runtime=runtime,
        status=VerificationStatus.FAILED if reason else VerificationStatus.PASSED,
        examples=len(outputs),
        max_abs_diff=largest if np.isfinite(largest) else None,
        mean_abs_diff=float(difference.mean()) if np.isfinite(largest) else None,
        agreement=agreement,
        accuracy=task.quality(outputs, labels),
        keras_accuracy=task.quality(reference, labels),
        latency_ms=result.latency_ms,
        latency_p95_ms=result.latency_p95_ms,
        reason=reason,
    )


def _not_finite(name: str, values: np.ndarray) -> str:
    import numpy as np

    bad = int((~np.isfinite(values)).sum())
    return f"{bad} of {values.size} {name} are NaN or infinite" if bad else ""


def _broken(largest: float, agreement: float, tolerance: Tolerance) -> str:
    if largest > tolerance.max_abs_diff:
        return (
            f"an output differs from Keras by {largest:.2g},"
            f" the recipe allows {tolerance.max_abs_diff:.2g}"
        )
    if agreement < tolerance.min_agreement:
        return (
            f"{agreement:.1%} of the examples agree with Keras,"
            f" the recipe demands {tolerance.min_agreement:.1%}"
        )
    return ""
