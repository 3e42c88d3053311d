"""Puts together the programs that are written beside exported files.

What is shared by the languages is here: which pieces an input and a task need.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Any

#: Format -> languages its samples are in.
LANGUAGES: dict[str, tuple[str, ...]] = {
    "tflite": ("python", "kotlin"),
    "tfjs": ("node", "browser"),
    "saved_model": ("python",),
    "keras": ("python",),
    "onnx": ("python",),
}
_TASKS = {"regression": "numbers", "forecasting": "numbers"}


def samples(usage: Mapping[str, Any], format_name: str, file: str) -> dict[str, str]:
    """Returns file name -> text of each sample; nothing for a format without samples.

    Args:
        usage: What ``preprocessing.json`` holds.
        format_name: Registry name of the exporter.
        file: Path of one exported file inside the format's folder, for the examples
            of commands.
    """
    from automl.export.samples import javascript_sample, kotlin_sample, python_sample

    kind, task = kind_of(usage), task_of(usage)
    if task is None:
        return {}
    found: dict[str, str] = {}
    for language in LANGUAGES.get(format_name, ()):
        if language == "python":
            found["predict.py"] = python_sample.python_sample(kind, task, format_name, file)
        elif language == "kotlin":
            found["Predict.kt"] = kotlin_sample.kotlin_sample(kind, task, usage)
        elif language == "node":
            found["model.mjs"] = javascript_sample.shared_sample(task)
            found["predict.mjs"] = javascript_sample.node_sample(kind, file)
        else:
            found["predict.html"] = javascript_sample.browser_sample(kind, file)
    return found


def kind_of(usage: Mapping[str, Any]) -> str:
    """Returns how an input is read: the name of a piece."""
    encoder = usage.get("encoder") or {}
    if encoder.get("part") == "table":
        return "window" if encoder.get("lookback") else "table"
    return str(encoder.get("part", "array"))


def task_of(usage: Mapping[str, Any]) -> str | None:
    """Returns how an answer is told: the name of a piece; None for a task of an extension."""
    name = str(usage["output"]["task"])
    name = _TASKS.get(name, name)
    return name if name in ("classification", "multilabel", "numbers", "anomaly") else None


def piece(language: str, name: str) -> str:
    """Returns the text of a piece."""
    source = resources.files("automl.export.samples") / language / f"{name}.txt"
    return source.read_text(encoding="utf-8").strip("\n")


def parted(text: str) -> tuple[list[str], str]:
    """Returns the import lines that a piece begins with, and the rest."""
    lines = text.split("\n")
    count = 0
    while count < len(lines) and lines[count].startswith(("import ", "from ")):
        count += 1
    return lines[:count], "\n".join(lines[count:]).strip("\n")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Returns a text with every ``{{name}}`` replaced."""
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", value)
    return text
