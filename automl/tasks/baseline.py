"""Whether a shipped file is worth anything: against an answer that needs no model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.tasks.metrics import metric_of
from automl.types import Artifact, Verification, VerificationStatus

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from automl.data.dataset import DataSummary
    from automl.tasks.base import Task


@dataclass(frozen=True, eq=False)
class Baseline:
    """What somebody without a model would answer.

    Attributes:
        outputs: The answers, as an exported file would put them out.
        words: What it does, e.g. ``"repeating the last value"``.
    """

    outputs: np.ndarray
    words: str


def warning(
    task: Task, data: DataSummary, folder: Path, artifacts: Iterable[Artifact], recipe: str
) -> str:
    """Returns what to say of a shipped file that is not better than no model, or ``""``.

    Args:
        task: What was asked.
        data: The run's data.
        folder: The run's folder, which holds its copy of the data.
        artifacts: What was shipped, verified on test data.
        recipe: The recipe that was chosen.
    """
    from automl.data.dataset import read_split

    ran = _tested(artifacts, recipe)
    if ran is None or ran.quality is None:
        return ""
    _, known = read_split(folder, "train")
    x, y = read_split(folder, "test")
    baseline = task.baseline(x, y, known, data)
    if baseline is None:
        return ""
    value = task.measure(baseline.outputs, y, data).values.get(ran.metric)
    return "" if value is None else told(ran.metric, ran.quality, ran.error, value, baseline.words)


def told(metric: str, quality: float, error: float | None, value: float, words: str) -> str:
    """Returns a sentence where a file is no better than a baseline, or not clearly; else ``""``.

    Args:
        metric: Name of the metric.
        quality: The file's.
        error: Standard error of that; None where it is not known.
        value: The baseline's.
        words: What the baseline does.
    """
    each = metric_of(metric)
    ahead = each.turned(quality) - each.turned(value)
    if ahead > (error or 0.0):
        return ""
    figures = f"test {each.label} {each.format(quality)} against {each.format(value)}"
    if ahead <= 0:
        return (
            f"The chosen file is no better than {words}: {figures}. It is of no use as it is;"
            " other columns, more data or more --time may help."
        )
    return (
        f"The chosen file is hardly better than {words}: {figures}, which is within one standard"
        f" error ({each.format(error)}). More test data would tell."
    )


def _tested(artifacts: Iterable[Artifact], recipe: str) -> Verification | None:
    """Returns what the chosen recipe did on test data, where it ran first."""
    for artifact in artifacts:
        if artifact.recipe == recipe and artifact.placed:
            for ran in artifact.verifications:
                if ran.status is not VerificationStatus.SKIPPED:
                    return ran
    return None
