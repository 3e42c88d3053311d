"""The model that trials start from, when an earlier run is named."""

from __future__ import annotations

from pathlib import Path

from automl.config import SearchConfig
from automl.errors import UserInputError
from automl.records.store import FILE_NAME


def starting_model(config: SearchConfig) -> str | None:
    """Returns the path of the model file that trials start from, if any.

    Raises:
        UserInputError: If there is no such run, or it kept no model.
    """
    if not config.start_from:
        return None
    from automl.run import Run

    folder = Path(config.start_from)
    if not (folder / FILE_NAME).is_file():
        raise UserInputError(
            f"--start-from must be the folder of an earlier run. Received: {folder}, which holds"
            f" no {FILE_NAME}. See them with: automl runs list"
        )
    if config.out and folder.resolve() == Path(config.out).resolve():
        raise UserInputError(f"--start-from must be another run. Received: {folder}, as --out.")
    best = Run(folder).best
    path = folder / best.model_file if best else None
    if path is None or not path.is_file():
        raise UserInputError(
            f"--start-from needs a run with a trained model. {folder} has kept none."
        )
    return str(path.resolve())
