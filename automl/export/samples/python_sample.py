"""The sample in Python."""

from __future__ import annotations

from automl.export.samples.composing import filled, parted, piece

#: Kind of input -> what is asked about, an argument, packages that reading it needs.
INPUTS = {
    "image": ("a picture", "cat.png", "pillow"),
    "text": ("a text", "'What a day!'", ""),
    "audio": ("a sound", "yes.wav", "scipy soundfile"),
    "table": ("rows of a table", "rows.csv", ""),
    "window": ("what comes after a series", "rows.csv", ""),
    "array": ("arrays of numbers", "example.npy", ""),
}
#: Format -> packages that running it needs.
RUNNERS = {
    "tflite": "ai-edge-litert numpy",
    "saved_model": "tensorflow",
    "keras": "keras tensorflow",
    "onnx": "onnxruntime numpy",
}
_STANDARD = ("csv", "json", "sys", "pathlib")
_OURS = ("picture", "tokenizer", "audio", "table_row")


def python_sample(kind: str, task: str, format_name: str, file: str) -> str:
    """Returns ``predict.py``.

    Args:
        kind: How an input is read, one of `INPUTS`.
        task: How an answer is told.
        format_name: One of `RUNNERS`.
        file: An exported file, relative to the sample.
    """
    what, argument, packages = INPUTS[kind]
    found = {"import json", "import sys", "from pathlib import Path", "import numpy as np"}
    bodies = {}
    for place, name in (
        ("read", f"read_{kind}"),
        ("run", f"run_{format_name}"),
        ("answer", f"answer_{task}"),
    ):
        imports, body = parted(piece("python", name))
        found.update(imports)
        bodies[place] = f"\n\n{body}\n"
    values = {
        "what": what,
        "argument": argument,
        "file": file,
        "packages": " ".join((RUNNERS[format_name], packages)).strip(),
        "imports": "\n" + _sorted(found),
        **bodies,
    }
    return filled(piece("python", "predict"), values).replace("\n\n\n\n", "\n\n\n") + "\n"


def _sorted(imports: set[str]) -> str:
    """Returns imports as they are usually ordered: the standard library, others, what is here."""
    groups: dict[int, list[str]] = {}
    for line in imports:
        module = line.split()[1]
        group = 0 if module in _STANDARD else 2 if module in _OURS else 1
        groups.setdefault(group, []).append(line)
    ordered = (
        sorted(groups[group], key=lambda line: (line.startswith("from"), line.split()[1]))
        for group in sorted(groups)
    )
    return "\n\n".join("\n".join(group) for group in ordered)
