"""Arrays of images and labels, however they came: checked and described."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from automl.data.base import RawData
from automl.errors import UserInputError
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np


#: Values further apart than this leave no digits to float32 arithmetic, and have crashed kernels.
MAX_SPAN = 1e9


def images_and_labels(
    x: np.ndarray,
    y: np.ndarray,
    *,
    class_names: Sequence[str] | None = None,
    test: tuple[np.ndarray, np.ndarray] | None = None,
) -> RawData:
    """Describes images and labels as raw data.

    Args:
        x: Images, count x height x width (x channels), of real numbers.
        y: Labels, count; integers or strings.
        class_names: Name of each class when labels are indices into it.
        test: Images and labels of a given test split.

    Raises:
        UserInputError: If shapes, types or values do not fit; the message names
            the array.
    """
    import numpy as np

    x, y = _images(np.asarray(x), "x"), np.asarray(y)
    if test is not None:
        test = (_images(np.asarray(test[0]), "x_test"), np.asarray(test[1]))
        if test[0].shape[1:] != x.shape[1:]:
            raise UserInputError(
                "x_test must have images of x's shape."
                f" Received: x {x.shape[1:]}, x_test {test[0].shape[1:]}."
            )
    names, (labels, *test_labels) = _classes(
        [("y", y, len(x))] + ([("y_test", test[1], len(test[0]))] if test else []), class_names
    )
    low, high = _value_range(x)
    return RawData(
        x=x,
        y=labels,
        input=InputSpec(kind="image", shape=x.shape[1:], low=low, high=high),
        class_names=names,
        test=(test[0], test_labels[0]) if test else None,
    )


def _images(x: np.ndarray, name: str) -> np.ndarray:
    import numpy as np

    if x.ndim == 3:
        x = x[..., np.newaxis]
    if x.ndim != 4 or not len(x):
        raise UserInputError(
            f"{name} must be images, count x height x width (x channels)."
            f" Received: shape {x.shape}."
        )
    if x.dtype.kind not in "uifb":
        raise UserInputError(f"{name} must hold real numbers. Received: dtype {x.dtype}.")
    if x.dtype.kind == "f" and not np.isfinite(x).all():
        raise UserInputError(
            f"{name} must be finite. Received: {int((~np.isfinite(x)).sum())} NaN or"
            " infinite values. Clean or drop those examples."
        )
    if x.dtype.kind == "f" and x.size and float(x.max()) - float(x.min()) > MAX_SPAN:
        raise UserInputError(
            f"{name} must hold values within {MAX_SPAN:g} of each other."
            f" Received: from {x.min():g} to {x.max():g}. Rescale it."
        )
    return x.astype(np.float32) if x.dtype.kind in "fb" or x.dtype.itemsize > 2 else x


def _classes(
    labels: list[tuple[str, np.ndarray, int]], class_names: Sequence[str] | None
) -> tuple[tuple[str, ...], list[np.ndarray]]:
    import numpy as np

    labels = [
        # A column of labels, as Keras's own data sets have it.
        (name, values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values, count)
        for name, values, count in labels
    ]
    for name, values, count in labels:
        if values.ndim != 1 or len(values) != count:
            raise UserInputError(
                f"{name} must hold one label per image ({count}). Received: shape {values.shape}."
                " One-hot labels become indices with y.argmax(axis=1)."
            )
        if values.dtype.kind not in "uibUS":
            raise UserInputError(
                f"{name} must hold class labels, integers or strings."
                f" Received: dtype {values.dtype}."
            )
    labels = [(name, _text(values), count) for name, values, count in labels]
    every = np.concatenate([values for _, values, _ in labels])
    if class_names is not None and every.dtype.kind in "ui":
        names = tuple(str(name) for name in class_names)
        if every.min() < 0 or every.max() >= len(names):
            raise UserInputError(
                f"Labels must index the {len(names)} class names."
                f" Received: labels from {every.min()} to {every.max()}."
            )
        return names, [values.astype(np.int64) for _, values, _ in labels]
    found = np.unique(every)
    return tuple(str(name) for name in found), [
        np.searchsorted(found, values).astype(np.int64) for _, values, _ in labels
    ]


def _text(labels: np.ndarray) -> np.ndarray:
    """Returns labels that are bytes as text, others as they are."""
    import numpy as np

    return np.char.decode(labels, "utf-8", "replace") if labels.dtype.kind == "S" else labels


def _value_range(x: np.ndarray) -> tuple[float, float]:
    if str(x.dtype) == "uint8" and x.max() > 16:
        return 0.0, 255.0
    low, high = float(x.min()), float(x.max())
    if low == high:
        raise UserInputError(
            f"Images must differ from each other. Received: every value is {low:g}."
        )
    return min(low, 0.0), high
