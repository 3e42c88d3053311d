"""Arrays of numbers in files: what an exported file takes as it is."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from automl.errors import UserInputError
from automl.preprocessing.base import Encoder, Named

if TYPE_CHECKING:
    import numpy as np

#: Files of numbers as text.
TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
#: Files of series, of which the labels are left out.
SERIES_SUFFIXES = (".ts", ".arff")


@dataclass(frozen=True)
class ArrayEncoder(Encoder):
    """Reads ``.npy``, ``.npz`` and text files of numbers as raw examples.

    Attributes:
        kind: What an example is, one of `search_spaces.signature.INPUT_KINDS`.
        shape: Shape of one raw example.
        columns: Name of each number of a vector, or of each channel; empty if
            they have none.
        dtype: ``"float32"`` or ``"int32"``, as the exported file takes it.
        padded: Whether shorter examples are padded at their end with zeros.
    """

    name: ClassVar[str] = "array"
    takes: ClassVar[str] = "arrays (.npy, .npz), rows of numbers (.csv) or series (.ts, .arff)"

    kind: str
    shape: tuple[int, ...]
    columns: tuple[str, ...] = ()
    dtype: str = "float32"
    padded: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(int(size) for size in self.shape))
        object.__setattr__(self, "columns", tuple(map(str, self.columns)))
        if self.columns and len(self.columns) != self.shape[-1]:
            raise UserInputError(
                f"Column names must be as many as the last axis is long, {self.shape[-1]}."
                f" Received: {len(self.columns)}."
            )

    def examples(self, argument: str) -> Iterator[Named]:
        """Reads a file of one example or of several, or a folder of such files.

        In an ``.npz`` file that is the array ``x``, else ``x_test``, else the
        only one. A row of a text file is one vector (or row of tokens); for
        series, a file is one series, a row a step.

        Raises:
            UserInputError: If it cannot be read, or holds examples of another shape.
        """
        path = Path(argument)
        if path.is_dir():
            files = [
                file
                for file in sorted(path.iterdir())
                if file.suffix.lower() in (".npy", ".npz", *TEXT_SUFFIXES, *SERIES_SUFFIXES)
                and not file.name.startswith(".")
            ]
            if not files:
                raise UserInputError(f"{path} holds no .npy, .npz or .csv file. Name another.")
            for file in files:
                yield from self._read(file)
            return
        if not path.is_file():
            raise UserInputError(
                f"What is fed must be an existing .npy, .npz or .csv file. Received: {argument}."
            )
        yield from self._read(path)

    def write(self, folder: Path) -> tuple[str, ...]:
        """Writes nothing: numbers are fed as they are."""
        return ()

    def describe(self) -> str:
        """Returns what to feed."""
        sizes = " x ".join(map(str, self.shape))
        said = f"Feed {_A[self.kind]} as {self.dtype}, {sizes} ({', '.join(_AXES[self.kind])})."
        if self.padded:
            said += " Pad shorter ones at their end with zeros."
        if self.columns:
            shown = ", ".join(self.columns[:40])
            said += f" In this order: {shown}{', ...' if len(self.columns) > 40 else ''}."
        return said

    def _read(self, path: Path) -> Iterator[Named]:
        suffix = path.suffix.lower()
        if suffix in SERIES_SUFFIXES:
            yield from self._cases(path)
            return
        if suffix in (".npy", ".npz"):
            array = _load(path)
        elif suffix in TEXT_SUFFIXES:
            array = self._text(path)
        else:
            raise UserInputError(
                "Arrays are read from .npy, .npz, .csv, .ts and .arff files."
                f" Received: {path.name}."
            )
        several = array.ndim == len(self.shape) + 1
        if not several and not self._is_one(array):
            # Grey images and series of one channel may come without that axis.
            if self.shape[-1] == 1 and array.ndim == len(self.shape) and self.kind != "vector":
                several, array = True, array[..., None]
            elif self.shape[-1] == 1 and array.ndim == len(self.shape) - 1:
                array = array[..., None]
        for position, x in enumerate(array if several else array[None]):
            name = f"{path.name}[{position}]" if several else path.name
            yield Named(name, self._checked(x, name))

    def _cases(self, path: Path) -> Iterator[Named]:
        from automl.data.series.arff import read_arff
        from automl.data.series.ts import read_ts

        cases = read_ts(path) if path.suffix.lower() == ".ts" else read_arff(path)
        for position, x in enumerate(cases.x):
            if self.kind == "vector":
                x = x.reshape(-1)
            name = f"{path.name}[{position}]"
            yield Named(name, self._checked(x, name))

    def _is_one(self, array: np.ndarray) -> bool:
        shape = tuple(array.shape)
        if self.padded:
            return array.ndim == len(self.shape) and shape[1:] == self.shape[1:]
        return shape == self.shape

    def _checked(self, x: np.ndarray, name: str) -> np.ndarray:
        import numpy as np

        from automl.data.arrays.gaps import without_gaps

        shape = tuple(x.shape)
        if self.padded and shape[1:] == self.shape[1:] and len(x) < self.shape[0]:
            x = np.pad(x, [(0, self.shape[0] - len(x)), *[(0, 0)] * (x.ndim - 1)])
        if tuple(x.shape) != self.shape:
            raise UserInputError(
                f"{name} must hold {_A[self.kind]} of shape {self.shape}. Received: {shape}."
            )
        if x.dtype.kind not in "uifb":
            raise UserInputError(f"{name} must hold numbers. Received: dtype {x.dtype}.")
        if self.kind == "series" and x.dtype.kind == "f" and np.isnan(x).any():
            x = without_gaps(x)  # As the training data was.
        return np.ascontiguousarray(x, dtype=self.dtype)

    def _text(self, path: Path) -> np.ndarray:
        """Reads rows of numbers; a first row that is no numbers names the columns."""
        import numpy as np

        try:
            lines = [
                line
                for line in path.read_text(encoding="utf-8-sig").splitlines()
                if line.strip() and not line.startswith("#")
            ]
        except (OSError, UnicodeDecodeError) as error:
            raise UserInputError(f"{path} cannot be read as text: {error}.") from error
        if not lines:
            raise UserInputError(f"{path} must hold rows of numbers. Received: none.")
        delimiter = next((mark for mark in ("\t", ";", ",") if mark in lines[0]), None)
        rows = (
            list(csv.reader(lines, delimiter=delimiter))
            if delimiter
            else [line.split() for line in lines]
        )
        begin, order = 0, None
        if not all(_is_number(cell) for cell in rows[0]):
            begin, order = 1, self._order(rows[0], path)
        values = []
        for number, row in enumerate(rows[begin:], begin + 1):
            picked = row if order is None else [row[at] for at in order if at < len(row)]
            if (begin and len(row) != len(rows[0])) or not all(map(_is_number, picked)):
                raise UserInputError(
                    f"{path} must hold rows of as many numbers each. Row {number} does not:"
                    f" {','.join(row)[:60]!r}."
                )
            values.append([float(cell) if cell.strip() else float("nan") for cell in picked])
        if len({len(row) for row in values}) > 1:
            raise UserInputError(f"{path} must hold rows of as many numbers each.")
        array = np.array(values, np.float64)
        if self.kind != "image":
            return array
        if array.size % math.prod(self.shape):
            raise UserInputError(
                f"{path} must hold images of {math.prod(self.shape):,} numbers each."
                f" Received: {array.size:,} numbers."
            )
        return array.reshape(-1, *self.shape)

    def _order(self, header: list[str], path: Path) -> list[int] | None:
        """Returns which columns of a file are wanted, in the order of the file fed."""
        found = [cell.strip() for cell in header]
        if not self.columns:
            return None
        if lacking := [name for name in self.columns if name not in found]:
            raise UserInputError(f"{path} lacks the column {lacking[0]!r}.")
        return [found.index(name) for name in self.columns]


_A = {
    "image": "an image",
    "spectrogram": "a spectrogram",
    "series": "a series",
    "tokens": "a row of token ids",
    "vector": "a row of numbers",
}
_AXES = {
    "image": ("height", "width", "channels"),
    "spectrogram": ("frames", "bins", "channels"),
    "series": ("steps", "channels"),
    "tokens": ("length",),
    "vector": ("features",),
}


def _load(path: Path) -> Any:
    import zlib
    from zipfile import BadZipFile

    import numpy as np

    try:
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded as archive:
            names = archive.files
            wanted = next((name for name in ("x", "x_test") if name in names), None)
            if wanted is None and len(names) == 1:
                wanted = names[0]
            if wanted is None:
                raise UserInputError(
                    f"{path} must hold an array x, or one array. Received: {', '.join(names)}."
                )
            return archive[wanted]
    except (OSError, ValueError, EOFError, BadZipFile, zlib.error) as error:
        raise UserInputError(f"{path} cannot be read: {str(error).rstrip('.')}.") from error


def _is_number(cell: str) -> bool:
    """Returns whether a cell is a number or empty, which stands for a missing one."""
    if not cell.strip():
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True
