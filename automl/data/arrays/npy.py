"""Examples in one ``.npy`` file, labels in another beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from automl.data.arrays.named import SUFFIXES, from_named, naming
from automl.data.base import RawData, Source
from automl.data.options import ReadOptions
from automl.data.storage import StoredExamples
from automl.errors import UserInputError

#: The letter of a file's name that stands for the examples: x.npy, X_train.npy, digits_x.npy.
_X = re.compile(r"(?<![A-Za-z])([xX])(?![A-Za-z])")


class NpySource(Source):
    """``x.npy`` beside ``y.npy``, and optionally ``x_test.npy`` and the like.

    The labels' file is called as the examples' with a y for the x. A file of any
    other name, or without one of labels beside it, holds examples alone. A
    structured array with fields x and y is both at once.
    """

    name = "npy"
    pattern = "x.npy"
    heeds = frozenset({"input", "task", "target", "group", "length", "vocabulary"})

    @classmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether `uri` ends with ``.npy``."""
        return uri.lower().endswith(".npy")

    def load(self, uri: str, options: ReadOptions) -> RawData:
        """Reads the file and those beside it.

        Args:
            uri: Path of the examples' file.
            options: ``input`` says what one row is; ``target`` and ``group`` name
                other files than that of y, without ``.npy``.

        Raises:
            UserInputError: If a file is missing or damaged, or they do not fit.
        """
        path = Path(uri)
        if not path.is_file():
            raise UserInputError(f"DATA must be an existing .npy file. Received: {uri}.")
        x = _examples(path, options)
        if x.dtype.names:
            arrays = {name: x[name] for name in x.dtype.names}
        else:
            arrays = {"x": x} | _beside(path, (*options.target, options.group))
        with naming(uri):
            raw = from_named(arrays, uri, options)
        if raw.target.kind != "none" or options.task != "auto":
            return raw
        note = f"No labels beside {path.name}: {_labels_of(path).name} would hold them."
        return replace(raw, notes=(*raw.notes, note))


def _beside(path: Path, named: tuple[str, ...]) -> dict[str, Any]:
    """Reads the labels and the other splits that lie beside the examples."""
    arrays = {}
    if (labels := _labels_of(path)).is_file():
        arrays["y"] = _read(labels)
    for name in filter(None, named):
        if (file := path.with_name(f"{name}.npy")).is_file():
            arrays[name] = _read(file)
    if _X.search(path.stem) is None:
        return arrays
    stem = path.stem.removesuffix("_train")
    for split in ("validation", "test"):
        for suffix in SUFFIXES[split]:
            file = path.with_name(f"{stem}{suffix}.npy")
            if file.is_file() and file != path:
                arrays[f"x{suffix}"] = _read(file)
                if (labels := _labels_of(file)).is_file():
                    arrays[f"y{suffix}"] = _read(labels)
    return arrays


def _labels_of(path: Path) -> Path:
    """Returns the file that holds the labels of a file of examples, if it is there."""
    if _X.search(path.stem) is None:
        return path.with_name(f"{path.stem}_y.npy")
    stem = _X.sub(lambda match: "y" if match[1] == "x" else "Y", path.stem, count=1)
    lower = _X.sub("y", path.stem, count=1)  # scikit-learn writes X beside y.
    other = path.with_name(f"{lower}.npy")
    return other if other.is_file() else path.with_name(f"{stem}.npy")


def _examples(path: Path, options: ReadOptions) -> Any:
    """Reads the examples, or leaves them on disk if they are more than the memory may hold."""
    if path.stat().st_size <= options.memory:
        return _read(path)
    return StoredExamples(path, memory=max(1, options.memory))


def _read(path: Path) -> Any:
    import numpy as np

    try:
        array = np.load(path, allow_pickle=False)
        if not isinstance(array, np.ndarray):
            raise ValueError("it is an archive, as np.savez writes it; name it .npz")
    except (OSError, ValueError, EOFError) as error:
        advice = " Pad sequences with zeros to one length." if "Object arrays" in str(error) else ""
        reason = str(error).rstrip(".")
        raise UserInputError(f"{path} cannot be read as .npy: {reason}.{advice}") from error
    return array
