"""What models must know of training data: mean and deviation of inputs and of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from automl.data.base import Examples, Target
from automl.data.storage import chunks
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.preprocessing.base import Front

#: Training examples that statistics of spectrograms are taken of: each has hundreds of
#: frames, so that more would change no digit that matters, and making them takes time.
MOST_SPECTROGRAMS = 2_000


def with_statistics(spec: InputSpec, x: Examples, front: Front | None = None) -> InputSpec:
    """Returns the spec with mean and standard deviation of each channel, where models want them.

    Args:
        spec: What one example is. Images are rescaled by their range and tokens
            not at all; what a source has put in stays.
        x: Raw training examples, and no others: nothing of the rest may leak in.
            Padding does not count. A channel that never changes gets 1.
        front: What makes of raw examples what `spec` says; None for nothing.
    """
    import numpy as np

    if spec.mean or spec.kind in ("image", "tokens"):
        return spec
    count, mean, squares = 0, np.zeros(spec.shape[-1]), np.zeros(spec.shape[-1])
    for rows in _rows(spec, _features(spec, x, front)):
        # Chan, Golub and LeVeque, 1979: sums of squares of parts, put together stably.
        both, own = count + len(rows), rows.mean(axis=0)
        shift = own - mean
        mean = mean + shift * len(rows) / both
        squares = squares + ((rows - own) ** 2).sum(axis=0) + shift**2 * count * len(rows) / both
        count = both
    if not count:
        return spec
    std = np.sqrt(squares / count)
    # What is left of a constant channel is the rounding of its values.
    constant = std <= 1e-6 * np.maximum(np.abs(mean), 1e-6)
    std = np.where(constant, 1.0, std)
    return replace(spec, mean=tuple(mean.tolist()), std=tuple(std.tolist()))


def with_numbers(target: Target, y: np.ndarray, *, ordered: bool = False) -> Target:
    """Returns the target with mean, deviation and naive error of training numbers.

    Args:
        target: What `y` is; anything but numbers is returned as it is, and so
            is a naive error that the source knows.
        y: Numbers of the training examples, count x numbers.
        ordered: Whether each example is one step after the one before.
    """
    import numpy as np

    if target.kind != "number" or not len(y):
        return target
    exact = y.astype(np.float64)
    mean, std = exact.mean(axis=0), exact.std(axis=0)
    std = np.where(std <= 1e-6 * np.maximum(np.abs(mean), 1e-6), 1.0, std)
    naive = target.naive_error
    if ordered and not naive:
        naive = _naive_error(exact, target.steps)
    return replace(target, mean=tuple(mean.tolist()), std=tuple(std.tolist()), naive_error=naive)


def _naive_error(y: np.ndarray, steps: tuple[int, ...]) -> float:
    """Returns the mean absolute error of taking the last value seen for the forecast, or 0.

    What is to come `steps` after one example was, that many examples before,
    the last value seen.
    """
    import numpy as np

    errors = [
        np.abs(values[step:] - values[:-step])
        for values, step in zip(y.T, steps, strict=False)
        if 0 < step < len(values)
    ]
    return float(np.concatenate(errors).mean()) if errors else 0.0


def _features(spec: InputSpec, x: Examples, front: Front | None) -> Iterator[np.ndarray]:
    if front is None:
        yield from chunks(x)
        return
    import numpy as np

    from automl.preprocessing.graft import features_of

    if spec.kind == "spectrogram" and len(x) > MOST_SPECTROGRAMS:
        every = np.linspace(0, len(x) - 1, MOST_SPECTROGRAMS).astype(int)
        x = x[every]
    for chunk in chunks(x):
        yield features_of(front, chunk)


def _rows(spec: InputSpec, parts: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
    """Yields the values of each position of each example, positions x channels, float64."""
    import numpy as np

    for part in parts:
        rows = part.reshape(-1, spec.shape[-1]).astype(np.float64)
        if spec.ragged:
            rows = rows[rows.any(axis=-1)]
        if len(rows):
            yield rows
