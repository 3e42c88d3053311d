"""Which TF.js file a demo shows, and what is known of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.errors import UserInputError
from automl.preprocessing import usage
from automl.records.store import FILE_NAME as RUN_FILE

if TYPE_CHECKING:
    from automl.run import Run
    from automl.types import Artifact

FORMAT = "tfjs"
MODEL_FILE = "model.json"
#: Bytes up to which weights of full precision are worth their download.
SMALL = 1_000_000
#: Folders between a file and its run: recipe, format, export.
_DEPTH = 3


@dataclass(frozen=True)
class Exported:
    """A TF.js model in its folder.

    Attributes:
        model: Its ``model.json``.
        usage: What ``preprocessing.json`` says.
        title: What to call it.
        run: Folder of the run that it came from; None where it stands alone.
        model_file: Keras model inside that folder; empty where it was not kept.
        artifact: What the run knows of it; None where it stands alone.
    """

    model: Path
    usage: dict[str, Any]
    title: str
    run: Path | None = None
    model_file: str = ""
    artifact: Artifact | None = None

    @property
    def files(self) -> list[Path]:
        """The model.json and its shards, in a fixed order."""
        try:
            record = json.loads(self.model.read_text(encoding="utf-8"))
            names = [name for group in record["weightsManifest"] for name in group["paths"]]
        except (OSError, ValueError, LookupError, TypeError) as error:
            raise UserInputError(f"{self.model} is no TF.js model ({error}).") from error
        folder = self.model.parent
        shards = [folder / name for name in names]
        outside = [s for s in shards if not s.resolve().is_relative_to(folder.resolve())]
        if outside:
            raise UserInputError(f"{self.model} names a file outside its folder: {outside[0]}.")
        return [self.model, *shards]


def find_exported(path: str | Path) -> Exported:
    """Returns the TF.js file that a path stands for.

    Args:
        path: A run's folder, an exported folder at any level, or a model.json.

    Raises:
        UserInputError: If there is none.
    """
    path = Path(path)
    if (path / RUN_FILE).is_file():
        return of_run(path)
    model = path if path.name == MODEL_FILE else _model_in(path)
    if not model.is_file():
        raise UserInputError(
            "A demo is of a run's folder, an exported TF.js folder or its model.json."
            f" Received: {path}{'' if path.exists() else ', which does not exist'}."
        )
    folders = model.resolve().parents[: _DEPTH + 1]
    run = next((folder for folder in folders if (folder / RUN_FILE).is_file()), None)
    artifact = _artifact_of(model, run)
    if run is None or artifact is None:
        return Exported(model, _usage_of(model), title=folders[0].name)
    return _of_artifact(run, artifact)


def of_run(folder: Path) -> Exported:
    """Returns the TF.js file of a run that is best shown.

    That is the chosen recipe where it is one of TF.js, else full precision where
    it is small, else the smallest.

    Raises:
        UserInputError: If the run has none in place.
    """
    from automl.run import Run

    run = Run(folder)
    placed = [a for a in run.artifacts if a.placed and a.format == FORMAT]
    if not placed:
        raise UserInputError(
            f"{folder} has no TF.js file to show. Make one with: automl export {folder}"
            f" --format {FORMAT}"
        )
    return _of_artifact(folder, _best(run, placed))


def _of_artifact(folder: Path, artifact: Artifact) -> Exported:
    from automl.run import Run

    run, model = Run(folder), folder / artifact.path
    data = run.config.data
    (trial,) = (trial for trial in run.trials if trial.number == artifact.trial)
    return Exported(
        model,
        _usage_of(model),
        title=run.name if data == "arrays" else Path(data.rstrip("/")).stem,
        run=folder,
        model_file=trial.model_file if (folder / trial.model_file).is_file() else "",
        artifact=artifact,
    )


def _best(run: Run, placed: list[Artifact]) -> Artifact:
    choice = run.choice
    if choice is not None:
        placed = [a for a in placed if a.trial == choice.trial] or placed
    wanted = [choice.recipe] if choice is not None else []
    for recipe in [*wanted, "float32"]:
        for artifact in placed:
            if artifact.recipe == recipe and (recipe in wanted or artifact.size <= SMALL):
                return artifact
    return min(placed, key=lambda artifact: artifact.size)


def _model_in(folder: Path) -> Path:
    """Returns the model.json of a folder: its own, that of full precision, or the first."""
    found = sorted(folder.glob(MODEL_FILE)) or sorted(folder.rglob(MODEL_FILE))
    found = [f for f in found if not any(p.startswith(".") for p in f.relative_to(folder).parts)]
    preferred = [file for file in found if file.parent.name == "float32"]
    return next(iter(preferred or found), folder / MODEL_FILE)


def _usage_of(model: Path) -> dict[str, Any]:
    for folder in (model.parent, model.parent.parent):
        if (folder / usage.FILE_NAME).is_file():
            return _read(folder / usage.FILE_NAME)
    raise UserInputError(
        f"{model} needs {usage.FILE_NAME} beside it or one folder up, as an export writes it."
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if "output" not in record or "searched" not in record:
            raise ValueError("it is of an older version; export again")
    except (OSError, ValueError) as error:
        raise UserInputError(f"{file} cannot be read: {error}.") from error
    return record


def _artifact_of(model: Path, run: Path | None) -> Artifact | None:
    """Returns what a run knows of one of its files."""
    if run is None:
        return None
    from automl.run import Run

    place = model.resolve().relative_to(run).as_posix()
    return next((a for a in Run(run).artifacts if a.path == place), None)
