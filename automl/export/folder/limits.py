"""What a model card warns of: what is known to be weak, and what was never looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from automl.data.summary import DataSummary
from automl.export.folder.markdown import plain
from automl.report.classes import class_view
from automl.report.snapshot import Snapshot
from automl.types import Artifact, VerificationStatus

#: Test examples of a class below which its figures say little.
FEW = 20
#: Share found below which a class is named.
WEAK = 0.8
#: Classes named in a line.
NAMED = 8


def limits(
    snapshot: Snapshot, artifacts: Sequence[Artifact], evidence: Mapping[str, Any]
) -> list[str]:
    """Returns one line for each thing to know before the files are relied on.

    Args:
        snapshot: The run.
        artifacts: The format's files, shipped or refused.
        evidence: Predictions of one of them on test data.
    """
    data = snapshot.data
    if data is None:
        return []
    return [
        *_of_test(snapshot, data),
        *_of_classes(snapshot, evidence),
        *_of_inputs(data),
        *_of_task(snapshot, data),
        *_of_files(artifacts),
        "Nobody has looked at how errors are spread over groups of people, at inputs made to"
        " deceive, or at data from elsewhere. Do so before a decision about a person rests on it.",
    ]


def _of_test(snapshot: Snapshot, data: DataSummary) -> list[str]:
    count = data.counts.get("test", 0)
    lines = [
        f"The figures are of {count:,} test examples that come from the same source as the training"
        " data. Data from another source, device or time may do worse."
    ]
    if count < 100:
        lines.append(f"{count:,} examples are few: the figures are rough.")
    if data.ordered:
        lines.append("Test data is later than training data; what comes after it may have changed.")
    if data.skipped:
        lines.append(f"{len(data.skipped):,} examples could not be read and were left out.")
    return lines


def _of_classes(snapshot: Snapshot, evidence: Mapping[str, Any]) -> list[str]:
    view = class_view(replace(snapshot, evidence=evidence)) if evidence else None
    if view is None:
        return []
    few = [each.name for each in view.found if each.examples < FEW]
    weak = [
        f"{each.name} ({each.recall})"
        for each in view.found
        if each.examples and float(each.recall) < WEAK
    ]
    lines = []
    if few:
        lines.append(
            f"Fewer than {FEW} test examples, so that the figures say little: {_named(few)}."
        )
    if weak:
        lines.append(f"Found in less than {WEAK:.0%} of the cases: {_named(weak)}.")
    mistakes = [
        (cell.count, right, view.matrix[k][0])
        for right, cells in view.matrix
        for k, cell in enumerate(cells)
        if cell.count and not cell.right
    ]
    if mistakes:
        count, right, said = max(mistakes, key=lambda each: each[0])
        times = "once" if count == 1 else f"{count} times"
        lines.append(f"Most often mistaken: {plain(right)} for {plain(said)} ({times}).")
    if snapshot.task == "classification":
        lines.append(
            "It always answers with one of its classes, whatever it is shown; a low probability is"
            " the only sign of something else."
        )
    return lines


def _of_inputs(data: DataSummary) -> list[str]:
    encoder = data.encoder or {}
    part = encoder.get("part")
    if part == "text":
        known = len(encoder["vocabulary"])
        return [
            f"It knows {known:,} words and signs; all others are the same to it. Of a text, the"
            f" first {encoder['length']:,} count."
        ]
    if part == "audio":
        seconds = encoder["samples"] / encoder["sample_rate"]
        return [f"Of a sound, the first {seconds:.3g} seconds count; loudness is not evened out."]
    if part == "table":
        values = [c["name"] for c in encoder["columns"] if c["kind"] == "category"]
        return (
            [f"Categories that were not in the training data count as one: {_named(values)}."]
            if values
            else []
        )
    if data.input.ragged:
        return [f"Longer series than {data.input.shape[0]:,} steps are to be cut."]
    return []


def _of_task(snapshot: Snapshot, data: DataSummary) -> list[str]:
    if snapshot.task == "forecasting":
        ahead = max(data.target.steps, default=0)
        return [f"It forecasts up to {ahead:,} steps ahead and gives no range of uncertainty."]
    if snapshot.task == "regression":
        return ["It gives a number without saying how sure it is."]
    if snapshot.task == "anomaly":
        return [
            "The threshold was chosen on validation data. Where the cost of a false alarm differs"
            " from that of a miss, choose another."
        ]
    return []


def _of_files(artifacts: Sequence[Artifact]) -> list[str]:
    lines = []
    for artifact in artifacts:
        if artifact.reason and not artifact.placed:
            lines.append(f"There is no {plain(artifact.recipe)} file: {plain(artifact.reason)}.")
        lines += [
            f"The {plain(artifact.recipe)} file was not run on {plain(each.runtime)}:"
            f" {plain(each.reason)}."
            for each in artifact.verifications
            if artifact.placed and each.status is VerificationStatus.SKIPPED
        ]
    return [line.replace("..", ".") for line in dict.fromkeys(lines)]


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(plain(name) for name in names[:NAMED])
    return shown + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")
