"""What stands beside an exported file: how to feed it, its manifest, its Keras model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from automl.errors import UserInputError
from automl.measure.size import hashes
from automl.preprocessing import usage

MANIFEST = "manifest.json"
#: Name or suffix of a file that a runtime is pointed at -> its format.
FORMATS = {
    "model.json": "tfjs",
    "saved_model.pb": "saved_model",
    "model.cc": "micro",
    ".tflite": "tflite",
    ".keras": "keras",
    ".onnx": "onnx",
}
#: Folders above a file that may hold the run: recipe, format, export.
_DEPTH = 4


def format_of(file: Path) -> str | None:
    """Returns the format of an exported file by its name; None if it has none."""
    return FORMATS.get(file.name) or FORMATS.get(file.suffix)


def exported_file(path: Path) -> Path:
    """Returns the file that a path stands for: itself, or the only one in a folder.

    Raises:
        UserInputError: If there is none.
    """
    file = path
    if path.is_dir():
        found = [each for each in sorted(path.iterdir()) if format_of(each)]
        file = found[0] if len(found) == 1 else path
    if not file.is_file() or format_of(file) is None:
        raise UserInputError(
            f"An exported file is one of {', '.join(FORMATS)}. Received: {path}"
            f"{'' if path.exists() else ', which does not exist'}."
        )
    return file


def has_usage(file: Path) -> bool:
    """Returns whether ``preprocessing.json`` stands beside a file or one folder up."""
    return any((folder / usage.FILE_NAME).is_file() for folder in _folders(file))


def usage_beside(file: Path) -> dict[str, Any]:
    """Returns what ``preprocessing.json`` says, beside a file or one folder up.

    Raises:
        UserInputError: If there is none, or it cannot be read.
    """
    record = _record(file, usage.FILE_NAME)
    if record is None:
        raise UserInputError(
            f"{file} needs {usage.FILE_NAME} beside it or one folder up, as an export writes it."
        )
    if "output" not in record or "searched" not in record:
        raise UserInputError(f"{usage.FILE_NAME} of {file} is of an older version. Export again.")
    return record


def recorded(file: Path) -> dict[str, Any] | None:
    """Returns what the manifest says of a file; None if there is no manifest.

    Raises:
        UserInputError: If the manifest cannot be read, or does not know the file.
    """
    record = _record(file, MANIFEST)
    if record is None:
        return None
    for artifact in record.get("artifacts", ()):
        place = artifact.get("path", "").split("/")
        # The folder may have been moved; recipe and file have not.
        if place[-1:] == [file.name] and place[-2:-1] in ([file.resolve().parent.name], []):
            known: dict[str, Any] = artifact
            return known
    raise UserInputError(
        f"{MANIFEST} of {file} does not list it. Give a file that was exported, or one alone."
    )


def changed(file: Path, artifact: dict[str, Any]) -> str:
    """Returns which of a file's parts are not those that the manifest lists; ``""`` for none.

    Args:
        file: The exported file.
        artifact: What `recorded` says of it.
    """
    known: dict[str, str] = artifact.get("files", {})
    found = hashes(file.parent)
    # Those of a format without folders stand among files that the manifest lists apart.
    for name, digest in known.items():
        if name not in found:
            return f"{name} is missing in {file.parent}"
        if found[name] != digest:
            return (
                f"{file.parent / name} is not the file that was verified: its sha256 begins"
                f" with {found[name][:12]}, that in {MANIFEST} with {digest[:12]}"
            )
    return _changed_beside(file)


def keras_beside(file: Path, artifact: dict[str, Any] | None) -> Path | None:
    """Returns the Keras model that a file was made of, if it can be found.

    That is one beside it, one exported as ``keras``, or the trial's in its run.
    """
    if file.suffix == ".keras":
        return None
    beside = sorted(file.parent.glob("*.keras"))
    if beside:
        return beside[0]
    trial = (artifact or {}).get("trial")
    for folder in file.resolve().parents[:_DEPTH]:
        if trial is not None:
            kept = folder / "models" / f"trial_{trial:05d}.keras"
            if kept.is_file():
                return kept
        exported = _exported_keras(folder, trial)
        if exported is not None:
            return exported
    return None


def _exported_keras(folder: Path, trial: int | None) -> Path | None:
    """Returns what was exported as ``keras`` in full precision, of the same trial."""
    for file in sorted((folder / "keras").glob("*/*.keras")):
        try:
            known = recorded(file)
        except UserInputError:
            continue
        if known is not None and known.get("trial") == trial and known.get("recipe") == "float32":
            return file
    return None


def _changed_beside(file: Path) -> str:
    """Compares what stands beside the models: labels, preprocessing."""
    for folder in _folders(file):
        if (folder / MANIFEST).is_file():
            known = (_record(file, MANIFEST) or {}).get("files", {})
            for name, entry in known.items():
                path = folder / name
                digest = entry.get("sha256") if isinstance(entry, dict) else entry
                if not path.is_file():
                    return f"{name} is missing in {folder}"
                if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
                    return f"{path} is not the file that the export wrote (sha256 differs)"
            break
    return ""


def _folders(file: Path) -> tuple[Path, Path]:
    return file.parent, file.parent.parent


def _record(file: Path, name: str) -> dict[str, Any] | None:
    for folder in _folders(file):
        path = folder / name
        if path.is_file():
            try:
                record = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise UserInputError(f"{path} cannot be read: {error}.") from error
            if not isinstance(record, dict):
                raise UserInputError(f"{path} cannot be read: it holds no record.")
            return record
    return None
