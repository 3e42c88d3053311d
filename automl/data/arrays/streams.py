"""Batches that come one after the other, gathered in memory or, beyond a bound, on disk."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.options import ReadOptions
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np


class Gatherer:
    """Takes examples in parts of any size and gives them back as a whole.

    Up to `memory` bytes they are kept in memory; from there on they are on disk,
    in a folder that is removed when this process ends.

    Args:
        memory: Bytes that may be kept in memory.
    """

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self._parts: list[np.ndarray] = []
        self._size = 0
        self._writer: Any = None

    def append(self, part: Any) -> None:
        """Adds examples, count x shape.

        Raises:
            UserInputError: If they differ in shape from those before.
        """
        import numpy as np

        array = np.asarray(part)
        if self._writer is not None:
            self._check(array, self._writer_shape)
            self._writer.append(array)
            return
        if self._parts:
            self._check(array, self._parts[0].shape[1:])
        self._parts.append(array)
        self._size += array.nbytes
        if self._size > self._memory and array.dtype.kind in "uifb":
            self._spill()

    def whole(self) -> Any:
        """Returns everything: an array, or examples on disk."""
        import numpy as np

        from automl.data.storage import StoredExamples

        if self._writer is not None:
            self._writer.close()
            return StoredExamples(self._writer.path, memory=max(1, self._memory))
        return np.concatenate(self._parts) if self._parts else np.zeros(0)

    def _spill(self) -> None:
        """Begins to write to disk, with all that there is."""
        import numpy as np

        from automl.data.writing import ExamplesWriter

        first = self._parts[0]
        dtype = first.dtype
        if dtype.kind == "f" or dtype.itemsize > 2:
            dtype = np.dtype(np.float32 if dtype.kind == "f" else np.int32)
        self._writer_shape = first.shape[1:]
        path = temporary_folder() / "x.npy"
        self._writer = ExamplesWriter(path, self._writer_shape, dtype, casting="unsafe")
        for part in self._parts:
            self._writer.append(part)
        self._parts = []

    def _check(self, array: np.ndarray, shape: tuple[int, ...]) -> None:
        if array.shape[1:] != shape:
            raise UserInputError(
                "Every batch must hold examples of one shape."
                f" Received: {shape} and {array.shape[1:]}. Pad them first."
            )


def temporary_folder() -> Path:
    """Returns a new folder that is removed when this process ends."""
    folder = tempfile.mkdtemp(prefix="automl-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def gather(
    batches: Iterable[tuple[Any, Any]], options: ReadOptions, total: int = 0
) -> tuple[Any, Any]:
    """Returns the examples and labels of all batches.

    Args:
        batches: Examples and labels, or None for no labels, of each batch.
        options: ``memory`` and ``progress`` are heeded.
        total: Number of batches, 0 if unknown.

    Raises:
        UserInputError: If there is none, or batches differ in shape.
    """
    import numpy as np

    x, y = Gatherer(options.memory), []
    count = 0
    for count, (examples, labels) in enumerate(batches, 1):
        x.append(examples)
        if labels is not None:
            y.append(np.asarray(labels))
        options.report(count, total, "batches")
    if not count:
        raise UserInputError("The data must hold batches. Received: none.")
    return x.whole(), np.concatenate(y) if y else None


def of_tf_dataset(dataset: Any, options: ReadOptions) -> tuple[Any, Any]:
    """Returns the examples and labels of a finite `tf.data.Dataset`, batched or not.

    Raises:
        UserInputError: If it never ends, or its elements are no pairs.
    """
    spec = dataset.element_spec
    x_spec, y_spec = _pair(spec, "tf.data.Dataset")
    cardinality = int(dataset.cardinality())
    if cardinality == -1:
        raise UserInputError(
            "A tf.data.Dataset must end. Received: an infinite one. Give dataset.take(n)."
        )
    for each in (x_spec, y_spec):
        if each is not None and not hasattr(each, "shape"):
            raise UserInputError(
                "Elements of a tf.data.Dataset must be tensors (x, y)."
                f" Received: {type(each).__name__}. Use dataset.map to make them so."
            )
    batched = _is_batched(x_spec, y_spec)
    if batched:
        return gather(_pairs(dataset.as_numpy_iterator()), options, max(0, cardinality))
    if None in tuple(x_spec.shape):  # Sequences of several lengths: one by one.
        return _one_by_one(dataset, options, max(0, cardinality))
    return gather(_pairs(dataset.batch(256).as_numpy_iterator()), options, -(-cardinality // 256)
                  if cardinality > 0 else 0)  # fmt: skip


def of_py_dataset(dataset: Any, options: ReadOptions) -> tuple[Any, Any]:
    """Returns the examples and labels of a `keras.utils.PyDataset`, batch by batch.

    Raises:
        UserInputError: If it never ends, or its batches are no pairs.
    """
    count = dataset.num_batches
    if count is None:
        raise UserInputError(
            "A PyDataset must end: it needs __len__, the number of batches. Received: none."
        )

    def batches() -> Iterator[tuple[Any, Any]]:
        for position in range(count):
            x, y = _pair(dataset[position], type(dataset).__name__)
            if isinstance(x, dict):
                raise UserInputError(
                    f"Batches of {type(dataset).__name__} must be arrays (x, y). Received: dict."
                )
            yield x, y

    return gather(batches(), options, count)


def _pair(element: Any, what: str) -> tuple[Any, Any]:
    """Returns examples and labels, without the weights that may follow them."""
    if not isinstance(element, tuple | list):
        return element, None
    if len(element) not in (1, 2):
        raise UserInputError(
            f"Elements of {what} must be (x, y). Received: {len(element)} parts. Weights of"
            " examples cannot be taken: leave them out."
        )
    return element[0], element[1] if len(element) == 2 else None


def _pairs(elements: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    for element in elements:
        yield _pair(element, "tf.data.Dataset")


def _is_batched(x: Any, y: Any) -> bool:
    """Returns whether elements are batches: both begin with an axis of one length."""
    if x.shape.rank is None:
        raise UserInputError(
            "A tf.data.Dataset must say how many axes its elements have. Received: an unknown"
            " number. Set them: dataset.map(lambda x, y: (tf.ensure_shape(x, shape), y))."
        )
    if x.shape.rank == 0:
        return False
    if y is None:
        return x.shape[0] is None and x.shape.rank > 1
    if y.shape.rank in (None, 0):
        return y.shape.rank is None
    return bool(x.shape[0] == y.shape[0])


def _one_by_one(dataset: Any, options: ReadOptions, total: int) -> tuple[Any, Any]:
    """Returns examples of several lengths as a list."""
    import numpy as np

    x, y, size = [], [], 0
    for number, (example, label) in enumerate(_pairs(dataset.as_numpy_iterator())):
        x.append(np.asarray(example))
        y.append(label)
        size += x[-1].nbytes
        if size > options.memory:
            raise UserInputError(
                f"Sequences may take {options.memory / 1e6:,.0f} MB. Received: more. Give fewer,"
                " or pad and batch them."
            )
        if number % 256 == 0:
            options.report(number, total, "examples")
    if not x:
        raise UserInputError("The data must hold examples. Received: none.")
    return x, None if y[0] is None else np.stack(y)
