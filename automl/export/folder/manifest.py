"""`manifest.json`: what a format's folder holds and how it came to be."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from automl.data.summary import DataSummary
from automl.errors import AutomlError
from automl.export.folder.machine import machine
from automl.registry import EXPORTERS, RECIPES
from automl.types import Artifact

FILE_NAME = "manifest.json"
#: Version of the record.
VERSION = 2


def manifest(
    run: Path,
    format_name: str,
    artifacts: Sequence[Artifact],
    data: DataSummary,
    task: str,
    versions: Mapping[str, str],
    beside: Path,
) -> dict[str, Any]:
    """Returns the record, JSON-ready.

    Args:
        run: The run's folder.
        format_name: Registry name of the exporter.
        artifacts: What is known of the format's files, shipped or refused.
        data: The run's data.
        task: Registry name of the run's task.
        versions: What is installed now.
        beside: Where the files that are to stand beside the models are now.
    """
    earlier = _earlier(beside.parent / FILE_NAME)
    return {
        "version": VERSION,
        "format": format_name,
        "task": task,
        "data": {"uri": data.uri, "fingerprint": data.fingerprint},
        "files": {
            file.name: {
                "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
                "bytes": file.stat().st_size,
            }
            for file in sorted(beside.iterdir())
        },
        "artifacts": [
            _artifact(run, artifact) | _origin(artifact, versions, earlier)
            for artifact in artifacts
        ],
    }


def _earlier(path: Path) -> list[dict[str, Any]]:
    """Returns what an earlier manifest says of each file; nothing if there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8")).get("artifacts", [])
        return [each for each in found if isinstance(each, dict)]
    except (OSError, ValueError, AttributeError):
        return []


def _origin(
    artifact: Artifact, versions: Mapping[str, str], earlier: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Returns what a file was made with and verified on: then, not when it is listed again."""
    origin: dict[str, Any] = {"made_with": dict(versions), "verified_on": machine()}
    record = json.loads(json.dumps(artifact.to_dict()))
    for each in earlier:
        for key, same in (("made_with", "files"), ("verified_on", "verifications")):
            if key in each and record["files"] and each.get(same) == record[same]:
                origin[key] = each[key]
    return origin


def _artifact(run: Path, artifact: Artifact) -> dict[str, Any]:
    return artifact.to_dict() | {"how": _recipe(artifact.recipe)} | _facts(run, artifact)


def _recipe(name: str) -> dict[str, Any]:
    """Returns what a recipe did; nothing if it is known no more."""
    try:
        recipe = RECIPES.get(name)
    except AutomlError:
        return {}
    return {
        "summary": recipe.summary,
        "weights": recipe.weights,
        "activations": recipe.activations,
        "tolerance": {
            "max_abs_diff": recipe.tolerance.max_abs_diff,
            "min_agreement": recipe.tolerance.min_agreement,
        },
    }


def _facts(run: Path, artifact: Artifact) -> dict[str, Any]:
    """Returns what a placed file takes, gives and is made of."""
    if not artifact.placed:
        return {}
    file = run / artifact.path
    sizes = {name: (file.parent / name).stat().st_size for name in artifact.files}
    facts = EXPORTERS.get(artifact.format).facts(file)
    return {"bytes": sizes} | (facts.to_dict() if facts is not None else {})
