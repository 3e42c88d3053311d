"""A NumPy ``.npz`` archive of x and y, and optionally of splits, class names and groups."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from automl.data.arrays.named import from_named, naming
from automl.data.base import RawData, Source
from automl.data.options import ReadOptions
from automl.errors import UserInputError


class NpzSource(Source):
    """Arrays in a file; read without pickle, so the file cannot run code.

    ``x`` and ``y`` (or Keras's ``x_train`` and ``y_train``); optionally ``x_val``,
    ``x_valid`` or ``x_validation`` and ``x_test``, each with its y, ``class_names``,
    ``feature_names`` and ``groups``.
    """

    name = "npz"
    pattern = "FILE.npz"
    heeds = frozenset({"input", "task", "target", "group", "length", "vocabulary"})

    @classmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether `uri` ends with ``.npz``."""
        return uri.lower().endswith(".npz")

    def load(self, uri: str, options: ReadOptions) -> RawData:
        """Reads the archive.

        Args:
            uri: Path of the file.
            options: ``input`` says what one row of x is, ``target`` and ``group``
                name other arrays than y and groups.

        Raises:
            UserInputError: If the file is missing, damaged or lacks an array.
        """
        with naming(uri):
            return from_named(read_archive(uri), uri, options)


def read_archive(uri: str) -> dict[str, Any]:
    """Reads every array of an ``.npz`` file.

    Raises:
        UserInputError: If the file is missing, damaged or holds objects.
    """
    import numpy as np

    if not Path(uri).is_file():
        raise UserInputError(f"DATA must be an existing .npz file. Received: {uri}.")
    try:
        loaded = np.load(uri, allow_pickle=False)
        if not isinstance(loaded, np.lib.npyio.NpzFile):
            raise ValueError("it holds a bare array, as np.save writes it; name it .npy")
        with loaded as archive:
            return {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, BadZipFile, zlib.error) as error:
        # Sequences of several lengths make an array of objects, which only pickle can load.
        advice = " Pad sequences with zeros to one length." if "Object arrays" in str(error) else ""
        reason = str(error).rstrip(".")
        raise UserInputError(f"{uri} cannot be read as .npz: {reason}.{advice}") from error
