"""Where a run's files are before they are in place, and what a folder of them is named."""

from __future__ import annotations

from automl.types import Artifact

#: Folders of a run: files that are being judged, and those that failed.
STAGING = "export/.staging"
FAILED = "export/.failed"


def folder_name(name: str) -> str:
    """Returns a registry name or import path as a folder's name: ``int8``, ``Onnx``."""
    return name.rpartition(":")[2]


def judged_outputs(artifact: Artifact) -> str:
    """Returns where a judged file's outputs on validation data are, inside the run's folder."""
    names = (artifact.format, artifact.recipe)
    return f"{STAGING}/outputs/{'-'.join(map(folder_name, names))}-trial-{artifact.trial}.npy"
