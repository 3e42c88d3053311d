"""A NumPy ``.npz`` archive with x, y and optionally x_test, y_test, class_names."""

from __future__ import annotations

import zlib
from pathlib import Path
from zipfile import BadZipFile

from automl.data.arrays import examples_and_labels
from automl.data.base import RawData, Source
from automl.errors import UserInputError


class NpzSource(Source):
    """Arrays in a file; read without pickle, so the file cannot run code."""

    name = "npz"
    pattern = "FILE.npz"
    takes_kind = True

    @classmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether `uri` ends with ``.npz``."""
        return uri.lower().endswith(".npz")

    def load(self, uri: str, kind: str = "auto") -> RawData:
        """Reads the archive.

        Args:
            uri: Path of the file.
            kind: What one row of x is, as of `automl.data.arrays.examples_and_labels`.

        Raises:
            UserInputError: If the file is missing, damaged or lacks an array.
        """
        import numpy as np

        if not Path(uri).is_file():
            raise UserInputError(f"DATA must be an existing .npz file. Received: {uri}.")
        try:
            loaded = np.load(uri, allow_pickle=False)
            if not isinstance(loaded, np.lib.npyio.NpzFile):
                raise ValueError("it holds a bare array, as np.save writes it")
            with loaded as archive:
                arrays = {name: archive[name] for name in archive.files}
        except (OSError, ValueError, EOFError, BadZipFile, zlib.error) as error:
            # Sequences of several lengths make an array of objects, which only pickle can load.
            advice = (
                " Pad sequences with zeros to one length." if "Object arrays" in str(error) else ""
            )
            reason = str(error).rstrip(".")
            raise UserInputError(f"{uri} cannot be read as .npz: {reason}.{advice}") from error
        if ("x_test" in arrays) != ("y_test" in arrays):
            raise UserInputError(
                f"{uri} must hold both x_test and y_test, or neither."
                f" Received: {', '.join(arrays)}."
            )
        # Keras's own data sets call the training arrays x_train and y_train.
        x, y = arrays.get("x", arrays.get("x_train")), arrays.get("y", arrays.get("y_train"))
        if x is None or y is None:
            raise UserInputError(
                f"{uri} must hold arrays x and y (or x_train and y_train)."
                f" Received: {', '.join(arrays) or 'none'}."
            )
        test = (arrays["x_test"], arrays["y_test"]) if "x_test" in arrays else None
        names = arrays["class_names"].tolist() if "class_names" in arrays else None
        return examples_and_labels(x, y, kind=kind, class_names=names, test=test)
