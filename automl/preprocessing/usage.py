"""What the user of an exported file must know: what to feed it, what comes out."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from automl.preprocessing.base import Encoder, Front, part_from

if TYPE_CHECKING:
    from automl.data.dataset import DataSummary

#: File beside the exported ones that holds it.
FILE_NAME = "preprocessing.json"
#: Version of the record.
VERSION = 1


def usage(data: DataSummary, task: str, threshold: float | None = None) -> dict[str, Any]:
    """Returns what to feed an exported file and how to read its answer, JSON-ready.

    Args:
        data: The run's data.
        task: Registry name of the run's task.
        threshold: Score from which on an example is an anomaly; None where
            there is no such thing.
    """
    front: Front | None = part_from(data.front)
    encoder: Encoder | None = part_from(data.encoder)
    spec = data.input
    record: dict[str, Any] = {
        "version": VERSION,
        "input": spec.kind,
        "shape": list(front.raw_shape if front else spec.shape),
        "dtype": front.raw_dtype if front else spec.dtype,
        "note": encoder.describe() if encoder else _note(data),
    }
    if front is None and spec.kind != "tokens":
        record["range"] = [spec.low, spec.high]
    if spec.kind == "tokens":
        record["vocabulary"] = spec.vocabulary
    if front is not None:
        record["in_the_file"] = front.name
    record["encoder"] = data.encoder
    record["searched"] = asdict(spec)
    record["target"] = data.target.to_dict()
    record["output"] = _output(data, task, threshold)
    return record


def summary_of(record: dict[str, Any]) -> DataSummary:
    """Returns as much of the data's description as `usage` kept."""
    from automl.data.base import Target
    from automl.data.dataset import DataSummary
    from search_spaces import InputSpec

    return DataSummary(
        uri="",
        source="",
        input=InputSpec(**record["searched"]),
        target=Target.from_dict(record["target"]),
        counts={},
        fingerprint="",
        encoder=record["encoder"],
        task=record["output"]["task"],
    )


def _note(data: DataSummary) -> str:
    """Says what to feed where no encoder does."""
    spec = data.input
    if spec.kind == "tokens":
        return (
            f"Feed token ids from 1 to {spec.vocabulary - 1}, padded at the end with 0 to"
            f" {spec.shape[0]}."
        )
    if data.front is not None:
        return "Feed raw values; everything else is part of the model."
    note = "Feed raw values in this range; rescaling is part of the model."
    if spec.mean:
        note = "Feed raw values; standardizing them is part of the model."
    if spec.ragged:
        note += f" Pad shorter series at the end with rows of zeros, to {spec.shape[0]}."
    return note


def _output(data: DataSummary, task: str, threshold: float | None) -> dict[str, Any]:
    """Returns what the numbers that come out are."""
    target = data.target
    record: dict[str, Any] = {"task": task}
    if threshold is not None:
        return record | {
            "is": "an anomaly score, from 0 on; an anomaly scores the threshold or more",
            "threshold": threshold,
        }
    if target.kind in ("class", "labels"):
        each = "class" if target.kind == "class" else "label"
        record["is"] = f"the probability of each {each}, in the order of labels.txt"
        return record | {"names": list(target.names)}
    record["is"] = "numbers in the units of the data"
    record["names"] = list(target.names)
    if any(target.steps):
        record["steps_ahead"] = list(target.steps)
    return record
