"""Data that a Python program holds, as raw data."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from automl.data.arrays.named import from_named
from automl.data.arrays.npz import NpzSource
from automl.data.arrays.pairs import examples_and_labels
from automl.data.base import RawData
from automl.data.heeding import check_kind, check_source
from automl.data.options import ReadOptions
from automl.data.tables.source import TableSource
from automl.errors import UserInputError

_TAKEN = (
    "a name, a path, a pair (x, y), a dict of arrays, a pandas DataFrame, a tf.data.Dataset or a"
    " keras.utils.PyDataset"
)


def from_object(
    data: Any, options: ReadOptions, *, validation: Any = None, test: Any = None
) -> RawData:
    """Describes data of any kind that `automl.search` takes, beside names and paths.

    Args:
        data: A pair of examples and labels; a dictionary of arrays, named as in
            an ``.npz`` file; a pandas DataFrame, whose column
            ``options.target`` is learned; a finite `tf.data.Dataset` or
            `keras.utils.PyDataset`; an array of examples without labels.
        options: How it is read.
        validation: A given validation split, of the same kind or another.
        test: A given test split.

    Raises:
        UserInputError: If it is of another kind, or does not fit.
    """
    raw = _read(data, options, {"validation": validation, "test": test})
    check_kind(raw, options, "the data")
    return raw


def heeded_by(data: Any) -> frozenset[str]:
    """Returns the options of reading that data held by a program may have."""
    if is_frame(data):
        return TableSource.heeds
    if _has_frame(data):
        return TableSource.heeds - {"target"}
    return NpzSource.heeds if isinstance(data, Mapping) else NpzSource.heeds - {"target", "group"}


def _read(data: Any, options: ReadOptions, given: Mapping[str, Any]) -> RawData:
    pattern = "a table" if is_frame(data) or _has_frame(data) else "arrays"
    check_source(options, heeded_by(data), f"data given as {type(data).__name__}", pattern)
    if _has_frame(data):
        data, options = _as_frame(data, options)
        given = {split: _as_frame(other, options)[0] for split, other in given.items()}
    if is_frame(data):
        return _from_frames(data, given, options)
    if isinstance(data, Mapping):
        merged = {str(name): value for name, value in data.items()}
        for split, other in given.items():
            if other is not None:
                x, y = _pair_of(other, options)
                merged |= {f"x_{split}": x} | ({} if y is None else {f"y_{split}": y})
        return from_named(merged, "data", options)
    x, y = _pair_of(data, options)
    pairs = {
        split: None if other is None else _pair_of(other, options) for split, other in given.items()
    }
    return examples_and_labels(x, y, options, validation=pairs["validation"], test=pairs["test"])


def is_frame(data: Any) -> bool:
    """Returns whether data is a pandas DataFrame; imports nothing."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.DataFrame)


def _has_frame(data: Any) -> bool:
    """Returns whether data is a pair of a DataFrame and labels."""
    return isinstance(data, tuple | list) and len(data) == 2 and is_frame(data[0])


def _as_frame(data: Any, options: ReadOptions) -> tuple[Any, ReadOptions]:
    """Returns a pair of a DataFrame and labels as one frame, whose last column is learned."""
    import numpy as np

    if not _has_frame(data):
        return data, options
    frame, labels = data
    name = str(getattr(labels, "name", None) or "y")
    while name in frame.columns:
        name += "_"
    values = np.asarray(labels)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1 or len(values) != len(frame):
        raise UserInputError(
            f"Labels beside a DataFrame are one for each row ({len(frame):,})."
            f" Received: shape {values.shape}."
        )
    return frame.assign(**{name: values}), replace(options, target=(name,))


def _pair_of(data: Any, options: ReadOptions) -> tuple[Any, Any]:
    """Returns examples and labels."""
    import numpy as np

    from automl.data.arrays.streams import of_py_dataset, of_tf_dataset

    if isinstance(data, Mapping):
        x, y = data.get("x"), data.get("y")
        if x is None:
            raise UserInputError(f"A dict of a split must hold x. Received: {', '.join(data)}.")
        return x, y
    if hasattr(data, "element_spec") and hasattr(data, "as_numpy_iterator"):
        return of_tf_dataset(data, options)
    keras = sys.modules.get("keras")
    if keras is not None and isinstance(data, keras.utils.PyDataset):
        return of_py_dataset(data, options)
    if isinstance(data, np.ndarray):
        return data, None
    if isinstance(data, tuple | list) and len(data) == 2 and not isinstance(data[0], str):
        x = data[0].to_numpy() if hasattr(data[0], "to_numpy") else data[0]
        return x, _plain(data[1])
    raise UserInputError(f"Data must be {_TAKEN}. Received: {type(data).__name__}.")


def _plain(labels: Any) -> Any:
    """Returns labels as an array; a pandas column too."""
    import numpy as np

    return None if labels is None else np.asarray(labels)


def _from_frames(data: Any, given: Mapping[str, Any], options: ReadOptions) -> RawData:
    from automl.data.splitting.parted import from_frames

    frames = {"train": data}
    for split, other in given.items():
        if other is None:
            continue
        if not is_frame(other):
            raise UserInputError(
                f"The {split} data of a DataFrame must be one too. Received:"
                f" {type(other).__name__}."
            )
        frames[split] = other
    return from_frames(frames, options)
