"""What the metadata of a run's files say, in few words: every byte of them ships."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from automl.data.summary import DataSummary
from automl.export.settings import About, ExportSettings

_ANSWERS = {
    "classification": "Probabilities",
    "multilabel": "Probabilities",
    "anomaly": "Anomaly score",
}


def settings_for(
    data: DataSummary, task: str, given: Mapping[str, Any] | None = None
) -> ExportSettings:
    """Returns how the files of a run are to be.

    Args:
        data: The run's data.
        task: Registry name of the run's task.
        given: Settings that somebody asked for, as `ExportSettings.to_dict` wrote them.
    """
    settings = ExportSettings.from_dict(dict(given)) if given else ExportSettings()
    return replace(settings, about=about(data, task))


def about(data: DataSummary, task: str) -> About:
    """Returns what to say. It depends on data and task alone, not on a run or a model."""
    encoder = data.encoder or {}
    part = encoder.get("part") if encoder.get("part") in ("image", "audio", "text") else ""
    kind = "image" if data.input.kind == "image" and data.front is None else part or ""
    target = data.target
    labels = target.names if target.kind in ("class", "labels") and task in _LABELLED else ()
    low, high = _range(data)
    return About(
        name=f"{kind or data.input.kind} {task}",
        description="Raw values in; see preprocessing.json",
        kind=kind,
        feed=_FEEDS.get(kind, ""),
        answer=_ANSWERS.get(task, "Numbers in units of the data"),
        labels=labels,
        low=low,
        high=high,
        channels=_channels(data),
        sample_rate=int(encoder.get("sample_rate", 0)),
    )


_LABELLED = ("classification", "multilabel")
_FEEDS = {
    "image": "Upright picture",
    "audio": "Mono sound from -1 to 1",
    "text": "Token ids, padded with 0",
}


def _range(data: DataSummary) -> tuple[float | None, float | None]:
    """Returns the smallest and largest raw value, where they are known."""
    if data.front is not None or data.input.kind != "image":
        return None, None
    return data.input.low, data.input.high


def _channels(data: DataSummary) -> int:
    return data.input.shape[-1] if data.input.kind == "image" else 0
