"""Examples on disk: ``.npy`` files that are read a part at a time."""

from __future__ import annotations

import math
import os
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from automl.data.base import Examples
from automl.data.options import DEFAULT_MEMORY
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: Bytes that are read at a time where all examples are gone through.
CHUNK = 16_000_000


class StoredExamples:
    """Examples in ``.npy`` files, read like an array but a part at a time.

    A slice, an array of positions or a mask gives a NumPy array of those examples
    and no others; one position gives one example. Nothing is mapped or kept, so
    the memory taken is that of what is asked for. Several threads and processes
    may read at once, and a copy in another process opens the files anew.

    Args:
        paths: One file, or several whose examples follow each other. All have the
            same type and shape of one example.
        positions: Which of the files' examples these are, in which order; None
            for all.
        memory: Bytes up to which `numpy.asarray` may read everything.

    Raises:
        UserInputError: If a file is no ``.npy`` file of plain values, or files
            differ.
    """

    #: Tells whoever trains on examples that they are read part by part.
    in_parts: ClassVar[bool] = True

    def __init__(
        self,
        paths: str | Path | Sequence[str | Path],
        positions: np.ndarray | None = None,
        memory: int = DEFAULT_MEMORY,
    ) -> None:
        import numpy as np

        several = [paths] if isinstance(paths, str | Path) else list(paths)
        self._files = tuple(_File(Path(path)) for path in several)
        if not self._files:
            raise UserInputError("Stored examples need at least one file. Received: none.")
        first = self._files[0]
        for file in self._files:
            if (file.shape[1:], file.dtype) != (first.shape[1:], first.dtype):
                raise UserInputError(
                    "Stored examples need files of one shape and type. Received:"
                    f" {first.path} of {first.shape[1:]} {first.dtype} and"
                    f" {file.path} of {file.shape[1:]} {file.dtype}."
                )
        self._ends = np.cumsum([file.shape[0] for file in self._files])
        self._positions = None if positions is None else np.asarray(positions, np.int64)
        self._memory = memory
        if self._positions is not None and len(self._positions):
            low, high = int(self._positions.min()), int(self._positions.max())
            if low < 0 or high >= self._ends[-1]:
                raise IndexError(
                    f"Positions are from 0 to {self._ends[-1] - 1}. Received: {low} to {high}."
                )

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files."""
        return tuple(file.path for file in self._files)

    @property
    def shape(self) -> tuple[int, ...]:
        """Count x shape of one example."""
        return (len(self), *self._files[0].shape[1:])

    @property
    def ndim(self) -> int:
        """Number of axes, that of the examples included."""
        return len(self._files[0].shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values as they are kept."""
        return self._files[0].dtype

    @property
    def nbytes(self) -> int:
        """Bytes of all examples, were they read at once."""
        return len(self) * self._files[0].row_bytes

    def __len__(self) -> int:
        """Returns the number of examples."""
        return int(self._ends[-1]) if self._positions is None else len(self._positions)

    def __getitem__(self, index: Any) -> Any:
        """Returns the examples at a slice, positions or a mask; one example at a position."""
        import numpy as np

        if isinstance(index, slice):
            chosen = range(*index.indices(len(self)))
            if self._positions is None and chosen.step == 1:
                return self._read_range(chosen.start, max(chosen.start, chosen.stop))
            return self._read(np.arange(chosen.start, chosen.stop, chosen.step))
        if isinstance(index, int | np.integer):
            return self._read(self._checked(np.asarray([index])))[0]
        positions = np.asarray(index)
        if positions.shape == (0,):
            positions = positions.astype(np.int64)
        if positions.dtype == bool and positions.shape == (len(self),):
            positions = np.flatnonzero(positions)
        if (
            isinstance(index, tuple)
            or positions.ndim != 1
            or (positions.size and positions.dtype.kind not in "iu")
        ):
            raise TypeError(
                "Stored examples are read by slice, position or an array of positions."
                f" Received: {index!r}."
            )
        return self._read(self._checked(positions.astype(np.int64)))

    def __iter__(self) -> Iterator[np.ndarray]:
        """Yields one example after the other."""
        for chunk in chunks(self):
            yield from chunk

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """Returns everything as one array, if that is small."""
        import numpy as np

        if self.nbytes > self._memory:
            raise MemoryError(
                f"Stored examples of more than {self._memory:,} bytes do not become one array."
                f" Received: {self.nbytes:,} bytes in {self.paths[0]}. Read them in parts:"
                " examples[a:b]."
            )
        return np.asarray(self[:], dtype)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.paths, self._positions, self._memory)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.paths[0]}, shape={self.shape}, dtype={self.dtype})"

    def take(self, positions: np.ndarray) -> StoredExamples:
        """Returns the examples at some positions, in that order, without reading them."""
        import numpy as np

        positions = self._checked(np.asarray(positions, np.int64))
        if self._positions is not None:
            positions = self._positions[positions]
        return StoredExamples(self.paths, positions, self._memory)

    def _checked(self, positions: np.ndarray) -> np.ndarray:
        import numpy as np

        count = len(self)
        if len(positions) and not (-count <= positions.min() and positions.max() < count):
            raise IndexError(
                f"There are {count} examples. Received: positions from {positions.min()} to"
                f" {positions.max()}."
            )
        return np.where(positions < 0, positions + count, positions)

    def _read(self, positions: np.ndarray) -> np.ndarray:
        """Returns examples at positions from 0 on; neighbours in a file are read together."""
        import numpy as np

        if self._positions is not None:
            positions = self._positions[positions]
        out = np.empty((len(positions), *self.shape[1:]), self.dtype)
        ends = [*(np.flatnonzero(np.diff(positions) != 1) + 1).tolist(), len(positions)]
        begin = 0
        for end in ends:
            if begin < end:
                self._read_into(out[begin:end], int(positions[begin]))
            begin = end
        return out

    def _read_range(self, begin: int, end: int) -> np.ndarray:
        import numpy as np

        out = np.empty((end - begin, *self.shape[1:]), self.dtype)
        self._read_into(out, begin)
        return out

    def _read_into(self, out: np.ndarray, position: int) -> None:
        """Fills an array with the examples from a position on, over the ends of files."""
        import numpy as np

        done = 0
        while done < len(out):
            number = int(np.searchsorted(self._ends, position + done, side="right"))
            file = self._files[number]
            left = int(self._ends[number]) - position - done
            part = out[done : done + left]
            file.read_into(part, file.shape[0] - left)
            done += len(part)


class _File:
    """One ``.npy`` file: its header is read at once, the file opened when first read."""

    def __init__(self, path: Path) -> None:
        import numpy as np

        self.path = path.absolute()
        try:
            with self.path.open("rb") as file:
                version = np.lib.format.read_magic(file)
                read = np.lib.format.read_array_header_1_0
                if version != (1, 0):
                    read = np.lib.format.read_array_header_2_0
                self.shape, column_order, self.dtype = read(file)
                self._begin = file.tell()
                size = file.seek(0, os.SEEK_END)
        except (OSError, ValueError) as error:
            raise UserInputError(f"{path} cannot be read as .npy: {error}.") from error
        if self.dtype.hasobject or not self.shape or (column_order and len(self.shape) > 1):
            raise UserInputError(
                f"Stored examples are plain values, row by row. Received: {path} of shape"
                f" {self.shape}, {self.dtype}{', column by column' if column_order else ''}."
            )
        self.row_bytes = math.prod(self.shape[1:]) * self.dtype.itemsize
        if size < self._begin + self.shape[0] * self.row_bytes:
            raise UserInputError(
                f"{path} cannot be read as .npy: it has {size:,} bytes, its header says"
                f" {self._begin + self.shape[0] * self.row_bytes:,}."
            )
        self._lock = threading.Lock()
        self._descriptor: int | None = None

    def read_into(self, out: np.ndarray, row: int) -> None:
        """Fills a contiguous array with the rows from `row` on."""
        import numpy as np

        if not out.nbytes:
            return
        view = out.reshape(-1).view(np.uint8).data
        offset = self._begin + row * self.row_bytes
        descriptor = self._open()
        while len(view):
            # Reading at an offset moves no shared position: threads do not disturb each other.
            read = os.preadv(descriptor, [view], offset)
            if not read:
                raise OSError(f"{self.path} became shorter while it was read.")
            view, offset = view[read:], offset + read

    def _open(self) -> int:
        with self._lock:
            if self._descriptor is None:
                self._descriptor = os.open(self.path, os.O_RDONLY)
                weakref.finalize(self, os.close, self._descriptor)
            return self._descriptor


def take(x: Examples, positions: np.ndarray) -> Examples:
    """Returns the examples at some positions: copied from an array, unread from disk."""
    if isinstance(x, StoredExamples):
        return x.take(positions)
    chosen: Examples = x[positions]
    return chosen


def chunks(x: Examples, size: int = CHUNK) -> Iterator[np.ndarray]:
    """Yields all examples, in order, in arrays of about `size` bytes, one example at least."""
    import numpy as np

    row = max(1, math.prod(x.shape[1:]) * x.dtype.itemsize)
    step = max(1, size // row)
    for begin in range(0, len(x), step):
        yield np.asarray(x[begin : begin + step])
