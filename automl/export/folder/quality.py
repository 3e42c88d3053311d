"""How well a file does, output by output, from its predictions on test data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automl.data.summary import DataSummary
from automl.export.folder.markdown import table
from automl.report.classes import class_view
from automl.report.snapshot import Snapshot
from automl.tasks.metrics import metric_of

if TYPE_CHECKING:
    import numpy as np

#: Rows of a table.
MOST = 50


def by_output(snapshot: Snapshot, evidence: Mapping[str, Any]) -> list[str]:
    """Returns lines of Markdown: a table of what each class, label or number comes to.

    Args:
        snapshot: The run.
        evidence: The file's predictions on test data, as its task keeps them.
    """
    if not evidence or snapshot.data is None:
        return ["The predictions behind these figures were not kept."]
    if snapshot.task in ("classification", "multilabel"):
        return _of_classes(replace(snapshot, evidence=evidence))
    if snapshot.task in ("regression", "forecasting"):
        return _of_numbers(snapshot.data, evidence["outputs"], evidence["y"])
    if snapshot.task == "anomaly":
        return _of_anomalies(snapshot, evidence["outputs"], evidence["y"])
    return []


def _of_classes(snapshot: Snapshot) -> list[str]:
    view = class_view(snapshot)
    if view is None:
        return []
    rows = [(each.name, each.examples, each.recall, each.precision) for each in view.found[:MOST]]
    head = (view.noun.capitalize(), "Examples", "Found", "Right when said")
    lines = table(head, rows)
    left_out = view.left_out + max(0, len(view.found) - MOST)
    if left_out:
        lines += ["", f"{left_out:,} more are not listed."]
    return lines


def _of_numbers(data: DataSummary, outputs: np.ndarray, y: np.ndarray) -> list[str]:
    from automl.tasks.number_metrics import mae, r2, rmse
    from automl.tasks.scores import UndefinedError

    count = len(data.target.names)
    told, right = outputs.reshape(len(outputs), -1), y.reshape(len(y), -1)
    rows = []
    for k, name in enumerate(data.target.names[:MOST]):
        one, other = told[:, k : k + 1], right[:, k : k + 1]
        try:
            share = metric_of("r2").format(r2(one, other))
        except UndefinedError:
            share = "–"  # noqa: RUF001
        figures = (
            metric_of("rmse").format(rmse(one, other)),
            metric_of("mae").format(mae(one, other)),
        )
        rows.append((name, len(other), *figures, share, f"{other.min():.4g} to {other.max():.4g}"))
    head = ("Number", "Examples", "RMSE", "MAE", "R²", "Range of the right answers")
    lines = table(head, rows)
    return lines + (["", f"{count - MOST:,} more are not listed."] if count > MOST else [])


def _of_anomalies(snapshot: Snapshot, outputs: np.ndarray, y: np.ndarray) -> list[str]:
    from automl.tasks.normality import find_normal

    threshold = snapshot.threshold
    if threshold is None or snapshot.data is None:
        return []
    abnormal = find_normal(snapshot.data).abnormal(y)
    said = outputs.reshape(len(y)) >= threshold
    rows: list[tuple[object, ...]] = []
    for name, which in (("normal", ~abnormal), ("abnormal", abnormal)):
        total = int(which.sum())
        share = f"{float(said[which].mean()):.4f}" if total else "–"  # noqa: RUF001
        rows.append((name, total, share))
    head = ("Truth", "Examples", f"Share called abnormal (score from {threshold:.6g} on)")
    return table(head, rows)
