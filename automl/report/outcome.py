"""How the chosen file did on test data: every metric of its task."""

from __future__ import annotations

from dataclasses import dataclass

from automl.report.files import split_of
from automl.report.metric import capitalized
from automl.report.snapshot import Snapshot
from automl.tasks.metrics import metric_of


@dataclass(frozen=True)
class MetricRow:
    """One metric, ready to be shown."""

    label: str
    value: str
    keras: str
    summary: str


@dataclass(frozen=True)
class Outcome:
    """Every metric of the chosen file.

    Attributes:
        rows: One for each metric.
        examples: Number of examples.
        split: Which examples.
        left_out: One line for each metric without a value.
    """

    rows: tuple[MetricRow, ...]
    examples: int
    split: str
    left_out: tuple[str, ...]


def outcome(snapshot: Snapshot) -> Outcome | None:
    """Returns how the chosen file did, or None before it was run."""
    artifact = snapshot.artifact
    ran = artifact.verification if artifact else None
    if artifact is None or ran is None or not ran.metrics:
        return None
    names = sorted(ran.metrics, key=lambda name: name != ran.metric)
    rows = tuple(
        MetricRow(
            capitalized(metric_of(name).label),
            metric_of(name).format(ran.metrics[name]),
            metric_of(name).format(ran.keras_metrics.get(name)),
            metric_of(name).summary,
        )
        for name in names
    )
    left_out = tuple(
        f"{capitalized(metric_of(name).label)} has no value: {reason}."
        for name, reason in ran.left_out.items()
    )
    return Outcome(rows, ran.examples, split_of(artifact, ran, snapshot), left_out)
