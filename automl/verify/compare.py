"""The one comparison between an artifact's outputs and the Keras model's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl.compression.recipe import Tolerance
from automl.tasks.base import Task
from automl.types import Verification, VerificationStatus
from automl.verify.base import RuntimeResult

if TYPE_CHECKING:
    import numpy as np

    from automl.data.dataset import DataSummary


def compare(
    runtime: str,
    result: RuntimeResult,
    reference: np.ndarray | None,
    y: np.ndarray,
    *,
    task: Task,
    data: DataSummary,
    tolerance: Tolerance,
    metric: str = "",
    choosing: bool = False,
) -> Verification:
    """Compares outputs and judges them.

    Args:
        runtime: Name of the runtime that ran the artifact.
        result: What it computed, examples x units.
        reference: The Keras model's outputs on the same examples; without them
            the artifact is measured and not verified.
        y: What was right.
        task: Says what agreement and quality are.
        data: What the task must know of the data.
        tolerance: What the artifact must keep.
        metric: What the artifact is judged by; the task's own by default.
        choosing: Whether these examples may decide something, e.g. a threshold.
    """
    import numpy as np

    outputs = result.outputs
    if reference is None:
        return _measured(runtime, result, y, task, data, metric or task.primary(data))
    if outputs.shape != reference.shape:
        return Verification(
            runtime=runtime,
            status=VerificationStatus.FAILED,
            reason=f"outputs have shape {outputs.shape}, Keras gives {reference.shape}",
        )
    difference = np.abs(outputs.astype(np.float64) - reference.astype(np.float64))
    largest = float(difference.max())
    agreement = task.agreement(outputs, reference, data)
    reason = _not_finite("outputs", outputs) or _not_finite("outputs of Keras", reference)
    if not reason:
        scale = task.scale(reference, data)
        reason = _too_far(outputs, reference, scale, tolerance, data.target.names) or _disagree(
            agreement, tolerance
        )
    scores = task.measure(outputs, y, data)
    metric = metric or task.primary(data)
    return Verification(
        runtime=runtime,
        status=VerificationStatus.FAILED if reason else VerificationStatus.PASSED,
        examples=len(outputs),
        max_abs_diff=largest if np.isfinite(largest) else None,
        mean_abs_diff=float(difference.mean()) if np.isfinite(largest) else None,
        agreement=agreement,
        metric=metric,
        error=task.error(metric, outputs, y, data),
        metrics=scores.values,
        keras_metrics=task.measure(reference, y, data).values,
        left_out=scores.left_out,
        threshold=task.threshold(outputs, y, data) if choosing else None,
        latency_ms=result.latency_ms,
        latency_p95_ms=result.latency_p95_ms,
        reason=reason,
    )


def _not_finite(name: str, values: np.ndarray) -> str:
    import numpy as np

    bad = int((~np.isfinite(values)).sum())
    return f"{bad} of {values.size} {name} are NaN or infinite" if bad else ""


def _measured(
    runtime: str,
    result: RuntimeResult,
    y: np.ndarray,
    task: Task,
    data: DataSummary,
    metric: str,
) -> Verification:
    """Returns the figures of an artifact whose Keras model is not at hand."""
    reason = _not_finite("outputs", result.outputs)
    scores = task.measure(result.outputs, y, data)
    return Verification(
        runtime=runtime,
        status=VerificationStatus.FAILED if reason else VerificationStatus.SKIPPED,
        examples=len(result.outputs),
        metric=metric,
        error=task.error(metric, result.outputs, y, data),
        metrics=scores.values,
        left_out=scores.left_out,
        latency_ms=result.latency_ms,
        latency_p95_ms=result.latency_p95_ms,
        reason=reason or "there is no .keras file to compare with; the figures are the file's own",
    )


def _too_far(
    outputs: np.ndarray,
    reference: np.ndarray,
    scale: np.ndarray | float,
    tolerance: Tolerance,
    names: tuple[str, ...],
) -> str:
    """Says which output is farthest off, if any is too far."""
    import numpy as np

    difference = np.abs(outputs.astype(np.float64) - reference.astype(np.float64))
    relative = difference / scale
    at = np.unravel_index(relative.argmax(), relative.shape)
    if relative[at] <= tolerance.max_abs_diff:
        return ""
    told = (
        f"{_output(at, outputs, names)} of example {at[0]} differs from Keras by"
        f" {difference[at]:.2g} ({outputs[at]:.4g}, Keras {reference[at]:.4g})"
    )
    if isinstance(scale, float):
        return f"{told}, the recipe allows {tolerance.max_abs_diff:.2g}"
    return (
        f"{told}, {relative[at]:.2g} of the outputs' spread,"
        f" the recipe allows {tolerance.max_abs_diff:.2g} of it"
    )


def _output(at: tuple[np.intp, ...], outputs: np.ndarray, names: tuple[str, ...]) -> str:
    """Returns what to call an output."""
    if outputs.ndim == 2 and len(names) == outputs.shape[1] and names[at[1]]:
        return f"output {int(at[1])} ({names[at[1]]})"
    return f"output {', '.join(str(int(place)) for place in at[1:])}"


def _disagree(agreement: float, tolerance: Tolerance) -> str:
    if agreement >= tolerance.min_agreement:
        return ""
    return (
        f"{agreement:.1%} of the examples agree with Keras,"
        f" the recipe demands {tolerance.min_agreement:.1%}"
    )
