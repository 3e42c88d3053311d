"""Examples to a file, chunk after chunk."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal, Self


class ExamplesWriter:
    """Writes examples to a ``.npy`` file, chunk after chunk; the file appears when it is whole.

    As a context manager it closes the file at the end of the block; after an
    error nothing is left.

    Args:
        path: The file, replaced if it exists.
        shape: Shape of one example.
        dtype: Type of the values. What is appended must fit it.
        count: How many examples there will be; None to take as many as come.
        casting: Which conversions of what is appended are allowed, as
            `numpy.can_cast` names them.
    """

    def __init__(
        self,
        path: str | Path,
        shape: Sequence[int],
        dtype: Any,
        count: int | None = None,
        *,
        casting: Literal["no", "equiv", "safe", "same_kind", "unsafe"] = "same_kind",
    ) -> None:
        import numpy as np

        self.path = Path(path)
        self.count = 0
        self._shape, self._dtype = tuple(shape), np.dtype(dtype)
        self._expected, self._casting = count, casting
        self._temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}-{id(self):x}.tmp")
        self._file: BinaryIO | None = self._temporary.open("wb")
        self._begin = self._write_header(self._file)

    def append(self, examples: Any) -> None:
        """Adds examples, count x shape."""
        import numpy as np

        if self._file is None:
            raise ValueError(f"{self.path} is closed: nothing can be appended.")
        chunk = np.asarray(examples)
        if chunk.shape[1:] != self._shape or chunk.ndim != len(self._shape) + 1:
            raise ValueError(
                f"{self.path.name} takes examples of shape {self._shape}."
                f" Received: an array of shape {chunk.shape}."
            )
        if not np.can_cast(chunk.dtype, self._dtype, self._casting):
            raise ValueError(f"{self.path.name} takes {self._dtype}. Received: {chunk.dtype}.")
        chunk = np.ascontiguousarray(chunk, self._dtype)
        if chunk.nbytes:
            self._file.write(chunk.reshape(-1).view(np.uint8).data)
        self.count += len(chunk)

    def close(self) -> None:
        """Puts the file in place.

        Raises:
            ValueError: If another number of examples was announced.
        """
        if self._file is None:
            return
        if self._expected not in (None, self.count):
            self.discard()
            raise ValueError(
                f"{self.path.name} was to hold {self._expected} examples. Received: {self.count}."
            )
        self._file.seek(0)
        if self._write_header(self._file) != self._begin:
            self.discard()
            raise ValueError(f"{self.path.name} cannot hold {self.count} examples.")
        self._file.close()
        self._file = None
        os.replace(self._temporary, self.path)

    def discard(self) -> None:
        """Leaves nothing behind."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def _write_header(self, file: BinaryIO) -> int:
        """Writes the header for the present count; NumPy leaves room in it for any other."""
        import numpy as np

        header = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self.count, *self._shape),
        }
        np.lib.format.write_array_header_1_0(file, header)
        return file.tell()
