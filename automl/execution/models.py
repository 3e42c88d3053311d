"""Saving and loading Keras models without trusting the file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from automl.errors import UserInputError

if TYPE_CHECKING:
    import keras


def load_model(path: Path) -> keras.Model:
    """Loads a ``.keras`` file in safe mode: code in it is refused, not run.

    Raises:
        UserInputError: If the file is missing or cannot be loaded safely.
    """
    import keras

    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (OSError, ValueError, TypeError) as error:
        line = str(error).strip().partition("\n")[0]
        raise UserInputError(f"{path} cannot be loaded as a Keras model: {line}") from error


def save_model(model: keras.Model, path: Path) -> None:
    """Writes a ``.keras`` file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.tmp.keras")
    model.save(temporary)
    os.replace(temporary, path)
