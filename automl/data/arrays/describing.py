"""What arrays of examples are: checked, repaired where that is safe, and described."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from automl.data.arrays.gaps import mended
from automl.data.arrays.stacking import one_shape, several, stacked_arrays
from automl.data.options import AUTO
from automl.data.storage import StoredExamples, chunks
from automl.errors import UserInputError
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

#: Axes of one example, by what it is. A last axis of one channel may be missing.
AXES = {
    "image": ("height", "width", "channels"),
    "spectrogram": ("frames", "bins", "channels"),
    "series": ("steps", "channels"),
    "tokens": ("length",),
    "vector": ("features",),
}
WITH_CHANNELS = ("image", "spectrogram", "series")

#: Values further apart than this leave no digits to float32 arithmetic, and have crashed kernels.
MAX_SPAN = 1e9
#: Largest token id: a larger one is surely none, and its embedding fills the memory.
MOST_TOKENS = 1_000_000


@dataclass(frozen=True, eq=False)
class Described:
    """Examples of every split, and what one of them is.

    Attributes:
        arrays: Examples of each split.
        input: What one example is.
        missing: Values of vectors that are not known (NaN), in all splits.
        notes: What a person should know.
    """

    arrays: tuple[np.ndarray, ...]
    input: InputSpec
    missing: int = 0
    notes: tuple[str, ...] = ()


def describe(
    parts: Sequence[tuple[str, Any]],
    kind: str = AUTO,
    length: int = 0,
    ragged: bool | None = None,
) -> Described:
    """Checks examples and says what they are.

    Args:
        parts: Name and examples of each split, the training split first: an
            array, or a list of series or texts of several lengths, which are
            padded at their end with zeros. What is on disk stays there; it has
            all its axes and no gaps.
        kind: One of `search_spaces.signature.INPUT_KINDS`; ``"auto"`` takes rows
            of numbers for vectors, lists of several lengths for series or
            tokens, and the rest for images.
        length: Steps or tokens that are kept of each example; 0 for all.
        ragged: Whether series are of several lengths; None to take rows of
            zeros at their end for padding.

    Raises:
        UserInputError: If shapes, types or values do not fit; the message names
            the array.
    """
    if any(isinstance(x, StoredExamples) for _, x in parts):
        return _on_disk(parts, kind, ragged)
    stacked, kind, padded, notes = stacked_arrays(parts, kind)
    if padded and ragged is None:
        ragged = True
    if kind == AUTO:
        kind = "vector" if stacked[0][1].ndim == 2 else "image"
    arrays = []
    for name, x in stacked:
        x = _shaped(x, name, kind)
        if kind == "series":
            x, said = mended(x, name)
            notes += said
        if length and kind in ("series", "tokens") and x.shape[1] > length:
            unit = "steps" if kind == "series" else "tokens"
            notes.append(f"{name} is cut to the first {length} of {x.shape[1]} {unit}.")
            x = x[:, :length]
        arrays.append(_checked(x, name, kind))
    if len({x.shape[1] for x in arrays}) > 1:
        ragged = True  # Splits of several lengths become one.
    arrays = one_shape(arrays, [name for name, _ in stacked], kind)
    spec, told = _described(kind, arrays, ragged)
    missing = sum(_unknown(x) for x in arrays)
    return Described(tuple(arrays), spec, missing, tuple(dict.fromkeys((*notes, *told))))


def _on_disk(parts: Sequence[tuple[str, Any]], kind: str, ragged: bool | None) -> Described:
    """Describes examples some of which are not in memory, a part at a time."""
    import numpy as np

    if kind == AUTO:
        kind = "vector" if len(parts[0][1].shape) == 2 else "image"
    axes, first = AXES[kind], parts[0][1]
    low = high = largest = 0.0
    padded = 0
    for name, x in parts:
        if len(x.shape) != len(axes) + 1 or x.shape[1:] != first.shape[1:]:
            raise UserInputError(
                f"{name} must be {several(kind)}, count x {' x '.join(axes)}, all of one shape."
                f" Received: shape {x.shape}."
            )
        for chunk in chunks(x):
            values = _checked(chunk, name, kind)
            if values.dtype.kind == "f" and np.isnan(values).any():
                raise UserInputError(
                    f"{name} is too large for the memory and must be finite. Received: NaN."
                )
            largest = max(largest, float(values.max()))
            if kind == "series":
                padded += int((~values[:, -1].any(axis=-1)).sum())
            if name == parts[0][0]:
                low, high = min(low, float(values.min())), largest
    if kind == "tokens":
        ids = int(largest) + 1
        spec = InputSpec(kind, first.shape[1:], 0.0, max(1.0, largest), vocabulary=max(2, ids))
    else:
        if str(first.dtype) == "uint8" and high > 16:
            low, high = 0.0, 255.0
        if low == high:
            raise UserInputError(f"Examples must differ. Received: every value is {low:g}.")
        spec = InputSpec(
            kind, first.shape[1:], low, high, ragged=padded > 0 and ragged is not False
        )
    note = "Examples take more than may be kept in memory: they stay on disk."
    return Described(tuple(x for _, x in parts), spec, 0, (note,))


def _shaped(x: np.ndarray, name: str, kind: str) -> np.ndarray:
    import numpy as np

    axes = AXES[kind]
    if kind in WITH_CHANNELS and x.ndim == len(axes):
        x = x[..., np.newaxis]
    if x.ndim != len(axes) + 1 or not x.size:
        sizes = " x ".join(axes[:-1] if kind in WITH_CHANNELS else axes)
        channels = " (x channels)" if kind in WITH_CHANNELS else ""
        hint = " --input says what else they are." if x.ndim in (2, 3) and x.size else ""
        raise UserInputError(
            f"{name} must be {several(kind)}, count x {sizes}{channels}."
            f" Received: shape {x.shape}.{hint}"
        )
    if kind != "tokens" and x.dtype.kind not in "uifb":
        raise UserInputError(f"{name} must hold real numbers. Received: dtype {x.dtype}.")
    return x


def _checked(x: np.ndarray, name: str, kind: str) -> np.ndarray:
    """Returns values in a type that is kept, once they are known to be usable."""
    import numpy as np

    if kind == "tokens":
        return _tokens(x, name)
    if x.dtype.kind == "f":
        # Numbers of a table can be imputed by the file itself; nothing else can.
        bad = ~np.isfinite(x) & ~(np.isnan(x) & (kind == "vector"))
        if bad.any():
            word = "infinite" if kind == "vector" else "NaN or infinite"
            raise UserInputError(
                f"{name} must be finite. Received: {int(bad.sum())} {word} values."
                " Clean or drop those examples."
            )
        known = x[~np.isnan(x)]
        if known.size and float(known.max()) - float(known.min()) > MAX_SPAN:
            raise UserInputError(
                f"{name} must hold values within {MAX_SPAN:g} of each other."
                f" Received: from {known.min():g} to {known.max():g}. Rescale it."
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


def _described(
    kind: str, arrays: Sequence[np.ndarray], ragged: bool | None
) -> tuple[InputSpec, tuple[str, ...]]:
    """Returns what the examples are, and what was made of them that a person should know."""
    shape = arrays[0].shape[1:]
    if kind == "tokens":
        largest = max(int(x.max()) for x in arrays)
        spec = InputSpec(kind, shape, 0.0, float(max(1, largest)), vocabulary=max(2, largest + 1))
        return spec, ()
    low, high = _value_range(arrays[0])
    spec = InputSpec(kind, shape, low, high)
    if kind == "vector":
        return spec, _constant(arrays[0])
    if kind != "series" or ragged is False:
        return spec, ()
    padded = sum(int((~x[:, -1].any(axis=-1)).sum()) for x in arrays)
    if not padded:
        return spec, ()
    if ragged:
        return replace(spec, ragged=True), (
            f"Series have several lengths, at most {shape[0]} steps: shorter ones are padded with"
            " zeros at their end, which models do not read.",
        )
    note = (
        f"{padded:,} of {sum(map(len, arrays)):,} series end in rows of zeros: these are taken for"
        " padding, which models do not read."
    )
    return replace(spec, ragged=True), (note,)


def _constant(x: np.ndarray) -> tuple[str, ...]:
    import numpy as np

    same = np.flatnonzero((x == x[:1]).all(axis=0)).tolist()
    if not same or len(x) < 2:
        return ()
    shown = ", ".join(map(str, same[:5])) + (", ..." if len(same) > 5 else "")
    says = "column has one value everywhere and says" if len(same) == 1 else (
        "columns have one value everywhere and say")  # fmt: skip
    return (f"{len(same)} of {x.shape[1]} {says} nothing: {shown}.",)


def _unknown(x: np.ndarray) -> int:
    import numpy as np

    return int(np.isnan(x).sum()) if x.dtype.kind == "f" else 0


def _value_range(x: np.ndarray) -> tuple[float, float]:
    import numpy as np

    if str(x.dtype) == "uint8" and x.max() > 16:
        return 0.0, 255.0
    if x.dtype.kind == "f" and np.isnan(x).all():
        raise UserInputError("Examples must hold values. Received: NaN alone.")
    low, high = float(np.nanmin(x)), float(np.nanmax(x))
    if low == high:
        raise UserInputError(
            f"Examples must differ from each other. Received: every value is {low:g}."
        )
    return min(low, 0.0), high
