"""What the page is told of a model: ``demo.json``."""

from __future__ import annotations

import hashlib
from typing import Any

from automl.compression.recipe import Recipe
from automl.demo.exported import Exported
from automl.measure.size import gzip_size
from automl.registry import RECIPES

FILE = "demo.json"
VERSION = 1
#: Differences between two float32 runtimes; other recipes state their own.
_EXACT = 1e-4


def settings_of(exported: Exported, drawing: dict[str, Any] | None, samples: int) -> dict[str, Any]:
    """Returns what the page must know, JSON-ready.

    Args:
        exported: The model.
        drawing: What drawings must be like; None where nothing is drawn.
        samples: Number of samples beside the page.
    """
    usage = exported.usage
    output, searched, target = usage["output"], usage["searched"], usage["target"]
    encoder = usage.get("encoder") or {}
    front = "in_the_file" in usage
    return {
        "version": VERSION,
        "title": exported.title,
        "task": output["task"],
        "input": usage["input"],
        "shape": usage["shape"],
        "dtype": usage["dtype"],
        # What a searched model takes is not what a file with a front is fed.
        "low": 0.0 if front else searched["low"],
        "high": 255.0 if front else searched["high"],
        "encoder": encoder.get("part"),
        "columns": list(encoder.get("columns", ())) if encoder.get("part") == "array" else [],
        "padded": bool(encoder.get("padded", False)),
        "vocabulary": searched.get("vocabulary", 0),
        "target": target["kind"],
        "names": list(target["names"]),
        "mean": list(target["mean"]),
        "std": list(target["std"]),
        "steps": list(target["steps"]),
        "threshold": output.get("threshold"),
        "drawing": drawing,
        "samples": samples,
        "model": _model(exported),
        "verified": _verified(exported),
    }


def digest_of(exported: Exported) -> str:
    """Returns the sha256 of a model's files, which says whether a site is of this model."""
    digest = hashlib.sha256()
    for file in exported.files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _model(exported: Exported) -> dict[str, Any]:
    contents = [file.read_bytes() for file in exported.files]
    recipe = exported.artifact.recipe if exported.artifact else ""
    return {
        "recipe": recipe,
        "bytes": sum(map(len, contents)),
        "gzip_bytes": sum(map(gzip_size, contents)),
        "sha256": digest_of(exported),
        "tolerance": _tolerance(recipe),
    }


def _tolerance(recipe: str) -> float:
    """Returns by how much outputs may differ from Keras, as a part of their scale."""
    if not recipe or ":" in recipe or recipe == "float32":
        return _EXACT
    known: Recipe = RECIPES.get(recipe)
    return known.tolerance.max_abs_diff


def _verified(exported: Exported) -> dict[str, Any] | None:
    """Returns what was measured on test data; None where nothing was."""
    artifact = exported.artifact
    verification = artifact.verification if artifact else None
    if verification is None or verification.quality is None:
        return None
    from automl.tasks.metrics import metric_of

    metric = metric_of(verification.metric)
    return {
        "metric": metric.label,
        "value": metric.format(verification.quality),
        "examples": verification.examples,
        "difference": verification.max_abs_diff,
    }
