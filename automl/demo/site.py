"""Writes the static site of a demo: model, preprocessing, samples, runtime, page."""

from __future__ import annotations

import json
import os
import shutil
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.demo.exported import Exported
from automl.demo.gathering import JOB
from automl.demo.runtime_files import copy_runtime
from automl.demo.settings import FILE, VERSION, digest_of, settings_of
from automl.errors import UserInputError
from automl.preprocessing.base import part_from

if TYPE_CHECKING:
    from automl.execution.base import Executor

#: Where a search puts it, inside the run's folder.
PLACE = "export/web-demo"
_PAGE = "automl.demo.page"
_PAGE_SUFFIXES = (".html", ".css", ".mjs", ".js", ".svg")
#: What a page needs of an encoder's files: data, and code in its own language.
_NEEDED = (".mjs", ".json", ".txt")


def write_site(exported: Exported, folder: Path, executor: Executor | None = None) -> Path:
    """Writes the site of a model, whole or not at all, over one that is there.

    Args:
        exported: The model.
        folder: Where the site will stand.
        executor: Runs Keras on the samples; without one, or without a run, the
            site has no samples.

    Returns:
        The folder.

    Raises:
        MissingPartError: If TF.js is not installed and cannot be fetched.
        UserInputError: If the folder holds something else, or cannot be written.
    """
    if folder.exists() and not is_site(folder):
        raise UserInputError(
            f"A demo is written to a new folder or over another demo. Received: {folder}, which"
            " holds other files."
        )
    fresh = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir(parents=True)
        _fill(exported, fresh, executor)
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(fresh, folder)
    except OSError as error:
        raise UserInputError(f"The demo cannot be written to {folder}: {error}.") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def is_site(folder: Path) -> bool:
    """Returns whether a folder holds a demo, of whatever model."""
    return (folder / FILE).is_file() and (folder / "index.html").is_file()


def is_current(folder: Path, exported: Exported) -> bool:
    """Returns whether a folder holds the demo of a model as it is now."""
    if not is_site(folder):
        return False
    try:
        record = json.loads((folder / FILE).read_text(encoding="utf-8"))
        same: bool = record["model"]["sha256"] == digest_of(exported)
    except (OSError, ValueError, LookupError, TypeError):
        return False
    return same and record.get("version") == VERSION


def _fill(exported: Exported, folder: Path, executor: Executor | None) -> None:
    (folder / "model").mkdir()
    for file in exported.files:
        shutil.copyfile(file, folder / "model" / file.name)
    _write_preprocessing(exported, folder / "data")
    copy_runtime(folder)
    for part in resources.files(_PAGE).iterdir():
        if part.name.endswith(_PAGE_SUFFIXES):
            (folder / part.name).write_bytes(part.read_bytes())
    gathered = _gather(exported, folder, executor)
    settings = settings_of(exported, gathered["drawing"], gathered["samples"])
    text = json.dumps(settings, indent=1, ensure_ascii=False)
    (folder / FILE).write_text(f"{text}\n", encoding="utf-8")


def _write_preprocessing(exported: Exported, folder: Path) -> None:
    """Writes the data and the JavaScript that make raw examples of what a person gives."""
    folder.mkdir()
    encoder = part_from(exported.usage.get("encoder"))
    for name in encoder.write(folder) if encoder is not None else ():
        if not name.endswith(_NEEDED):
            (folder / name).unlink()
    if exported.usage["input"] == "image" and not (folder / "picture.mjs").exists():
        # Arrays of pictures come without code for files; on a page people have files.
        reference = resources.files("automl.preprocessing.reference").joinpath("picture.mjs")
        (folder / "picture.mjs").write_bytes(reference.read_bytes())


def _gather(exported: Exported, folder: Path, executor: Executor | None) -> dict[str, Any]:
    nothing: dict[str, Any] = {"samples": 0, "drawing": None}
    if executor is None or exported.run is None or not exported.model_file:
        return nothing
    args = {"model_file": exported.model_file, "folder": str(folder.resolve())}
    return nothing | executor.run(JOB, args)
