"""Arrays of examples and labels, however they came: checked and described."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from automl.data.base import RawData
from automl.errors import UserInputError
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np


#: Axes of one example, by what it is. A last axis of one channel may be missing.
_AXES = {
    "image": ("height", "width", "channels"),
    "spectrogram": ("frames", "bins", "channels"),
    "series": ("steps", "channels"),
    "tokens": ("length",),
    "vector": ("features",),
}
_WITH_CHANNELS = ("image", "spectrogram", "series")

#: Values further apart than this leave no digits to float32 arithmetic, and have crashed kernels.
MAX_SPAN = 1e9
#: Largest token id: a larger one is surely none, and its embedding fills the memory.
MOST_TOKENS = 1_000_000


def images_and_labels(
    x: np.ndarray,
    y: np.ndarray,
    *,
    class_names: Sequence[str] | None = None,
    test: tuple[np.ndarray, np.ndarray] | None = None,
) -> RawData:
    """Describes images and labels as raw data; `examples_and_labels` takes other kinds too."""
    return examples_and_labels(x, y, kind="image", class_names=class_names, test=test)


def examples_and_labels(
    x: np.ndarray,
    y: np.ndarray,
    *,
    kind: str = "auto",
    class_names: Sequence[str] | None = None,
    test: tuple[np.ndarray, np.ndarray] | None = None,
) -> RawData:
    """Describes examples and labels as raw data.

    Args:
        x: Examples, count x shape, of real numbers: images height x width (x
            channels), spectrograms frames x bins (x channels), series steps (x
            channels), tokens length, vectors features. Shorter series and
            texts are padded at their end with zeros.
        y: Labels, count; integers or strings.
        kind: What the examples are, one of `search_spaces.signature.INPUT_KINDS`;
            ``"auto"`` takes rows of numbers for vectors, the rest for images.
        class_names: Name of each class when labels are indices into it.
        test: Examples and labels of a given test split.

    Raises:
        UserInputError: If shapes, types or values do not fit; the message names
            the array.
    """
    import numpy as np

    x, y = np.asarray(x), np.asarray(y)
    if kind == "auto":
        kind = "vector" if x.ndim == 2 else "image"
    x = _examples(x, "x", kind)
    if test is not None:
        test = (_examples(np.asarray(test[0]), "x_test", kind), np.asarray(test[1]))
        if test[0].shape[1:] != x.shape[1:]:
            raise UserInputError(
                f"x_test must have {_several(kind)} of x's shape."
                f" Received: x {x.shape[1:]}, x_test {test[0].shape[1:]}."
            )
    names, (labels, *test_labels) = _classes(
        [("y", y, len(x))] + ([("y_test", test[1], len(test[0]))] if test else []), class_names
    )
    spec, notes = _described(kind, [x] if test is None else [x, test[0]])
    return RawData(
        x=x,
        y=labels,
        input=spec,
        class_names=names,
        test=(test[0], test_labels[0]) if test else None,
        notes=notes,
    )


def _described(kind: str, arrays: list[np.ndarray]) -> tuple[InputSpec, tuple[str, ...]]:
    """Returns what the examples are, and what was made of them that a person should know."""
    shape = arrays[0].shape[1:]
    if kind == "tokens":
        largest = max(int(x.max()) for x in arrays)
        spec = InputSpec(kind, shape, 0.0, float(max(1, largest)), vocabulary=max(2, largest + 1))
        return spec, ()
    low, high = _value_range(arrays[0])
    spec = InputSpec(kind, shape, low, high)
    if kind != "series":
        return spec, ()
    padded = sum(int((~x[:, -1].any(axis=-1)).sum()) for x in arrays)
    if not padded:
        return spec, ()
    note = (
        f"{padded:,} of {sum(map(len, arrays)):,} series end in rows of zeros: these are taken for"
        " padding, which models do not read."
    )
    return replace(spec, ragged=True), (note,)


def _several(kind: str) -> str:
    return {"series": "series", "tokens": "rows of tokens"}.get(kind, f"{kind}s")


def _examples(x: np.ndarray, name: str, kind: str) -> np.ndarray:
    import numpy as np

    axes = _AXES[kind]
    if kind in _WITH_CHANNELS and x.ndim == len(axes):
        x = x[..., np.newaxis]
    if x.ndim != len(axes) + 1 or not x.size:
        sizes = " x ".join(axes[:-1] if kind in _WITH_CHANNELS else axes)
        channels = " (x channels)" if kind in _WITH_CHANNELS else ""
        hint = " --input says what else they are." if x.ndim in (2, 3) and x.size else ""
        raise UserInputError(
            f"{name} must be {_several(kind)}, count x {sizes}{channels}."
            f" Received: shape {x.shape}.{hint}"
        )
    if kind == "tokens":
        return _tokens(x, name)
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


def _tokens(x: np.ndarray, name: str) -> np.ndarray:
    import numpy as np

    if x.dtype.kind not in "uif" or (x.dtype.kind == "f" and not np.all(x == np.floor(x))):
        raise UserInputError(
            f"{name} must hold tokens: whole numbers from 0, which is padding."
            f" Received: dtype {x.dtype}{'' if x.dtype.kind not in 'f' else ' with fractions'}."
        )
    if x.min() < 0 or x.max() > MOST_TOKENS:
        raise UserInputError(
            f"{name} must hold token ids from 0 (padding) to {MOST_TOKENS:,}."
            f" Received: from {x.min():g} to {x.max():g}."
        )
    return x.astype(np.int32)


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
                f"{name} must hold one label per example ({count}). Received: shape {values.shape}."
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
            f"Examples must differ from each other. Received: every value is {low:g}."
        )
    return min(low, 0.0), high
