"""The first layers of a file that takes rows of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from automl.errors import UserInputError
from automl.preprocessing.base import Front

if TYPE_CHECKING:
    import numpy as np

#: Standard deviations beyond which numbers are cut: what is further out is an
#: outlier, and models extrapolate badly.
FURTHEST = 10.0
#: Days of a week and of a year, and of a day where dates have times.
PERIODS = (7.0, 365.2425)
#: Constants above this are infinite in a file of float16 weights.
_LARGEST = 60_000.0
#: Brings values that can be calculated with below `_LARGEST`.
_SHRINK = 2.0**-14
#: Where the larger of center and scale is put, so that its float16 is exact enough.
_MIDDLE = 4
#: Centers and scales from here on are not made exact in float16.
_HUGE = 2.0**42
#: Share of the scale that is left of the center: nearer is not worth an operation.
_NEAR = 0.05
#: Days that a date's origin is a multiple of: whole weeks, exact in float16.
_WEEKS = 224
#: Interquartile ranges beyond which a value does not count for mean and deviation.
_OUTLIER = 10.0
#: The same in usual differences from the median, where at least half of the values are equal.
_RARE_OUTLIER = 1000.0


@dataclass(frozen=True)
class Columns(Front):
    """Rows of numbers, dates and categories to standardized features.

    A raw row has the numbers first, then the dates (days since 1970-01-01), then
    the categories (their numbers); NaN stands for what is not known. Features are:

    * each number and date, less its center, divided by its scale, cut at 10; the
      training median where it is not known;
    * for each number or date that was not always known, whether it is (0 or 1);
    * for each date, sine and cosine of its place in the week, the year and,
      where dates have times, the day;
    * for each category a 1 in the place of its value, 0 in the others. Values that
      were rare or not known share a place each; what training never saw is all zeros.

    NaN alone stands for what is not known. A number out of all bounds, or an infinite
    one, is the outlier that it is: it is cut at 10 like any other.

    Every constant is exact in float16, so that a file with float16 weights computes
    the same: a large center is taken off in several steps.

    Attributes:
        numbers: Number of columns of numbers.
        dates: Number of columns of dates.
        center: Middle of each number and date.
        scale: Spread of each number and date, above zero.
        median: Median of each number and date.
        gaps: Columns of numbers and dates that were not always known.
        clock: Whether dates have times.
        places: For each category, the numbers that have a place of their own. With
            n values, n stands for other values and n + 1 for what is not known.
        sizes: For each category, how many values it has.
    """

    name: ClassVar[str] = "columns"

    numbers: int
    dates: int = 0
    center: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    median: tuple[float, ...] = ()
    gaps: tuple[int, ...] = ()
    clock: bool = False
    places: tuple[tuple[int, ...], ...] = ()
    sizes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("center", "scale", "median", "gaps", "sizes"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "places", tuple(tuple(each) for each in self.places))
        measured = self.numbers + self.dates
        if not len(self.center) == len(self.scale) == len(self.median) == measured:
            raise UserInputError(
                "Each number and date has a center, a scale and a median. Received:"
                f" {len(self.center)}, {len(self.scale)} and {len(self.median)} for {measured}."
            )
        if len(self.places) != len(self.sizes) or min(self.scale, default=1.0) <= 0:
            raise UserInputError(
                "Each category has a size and places, and each scale is above zero. Received:"
                f" sizes={self.sizes}, {len(self.places)} places, scale={self.scale}."
            )

    @property
    def raw_shape(self) -> tuple[int, ...]:
        """Number of raw columns."""
        return (self.numbers + self.dates + len(self.sizes),)

    @property
    def periods(self) -> tuple[float, ...]:
        """Days after which the calendar repeats."""
        return (*PERIODS, 1.0) if self.clock else PERIODS

    @property
    def width(self) -> int:
        """Number of features."""
        measured = self.numbers + self.dates + len(self.gaps)
        return measured + 2 * len(self.periods) * self.dates + sum(map(len, self.places))

    def apply(self, inputs: Any) -> Any:
        """Returns the features, (batch, width), of raw rows, (batch, columns)."""
        import keras

        measured = self.numbers + self.dates
        features = []
        if measured:
            standard, known = self._standardized(inputs[:, :measured])
            features.append(standard)
            if self.gaps:
                features.append(1.0 - keras.ops.take(known, list(self.gaps), axis=-1))
        for at in range(self.numbers, measured):
            features += self._calendar(inputs[:, at : at + 1], self.center[at])
        if self.sizes:
            features.append(self._one_hot(inputs[:, measured:]))
        return features[0] if len(features) == 1 else keras.ops.concatenate(features, axis=-1)

    def _standardized(self, raw: Any) -> tuple[Any, Any]:
        """Returns standardized values and whether each was known, as 0 and 1."""
        import keras
        import numpy as np

        ops = keras.ops
        stages, last = _stages(np.array(self.center), np.array(self.scale))
        value, known = raw, None
        for at, (factor, offset) in enumerate(stages):
            value = ops.subtract(ops.multiply(value, factor), offset)
            if known is None:
                known = _known(raw)
                value = ops.where(known, value, 0.0)
            # It keeps a converter from joining two steps into one that is not exact.
            elif at < len(stages) - 1:
                value = ops.clip(value, -_LARGEST, _LARGEST)
        value = ops.clip(ops.multiply(value, last), -FURTHEST, FURTHEST)
        filled = (np.array(self.median) - np.array(self.center)) / np.array(self.scale)
        filled = np.clip(filled, -FURTHEST, FURTHEST)
        return ops.where(known, value, _exact(filled)[None]), ops.cast(known, "float32")

    def _calendar(self, day: Any, center: float) -> list[Any]:
        """Returns sine and cosine of a date's place in each period."""
        import keras

        ops = keras.ops
        limit = _LARGEST // _WEEKS
        origin = max(-limit, min(limit, round(center / _WEEKS))) * _WEEKS
        since = ops.where(_usual(day), ops.subtract(day, float(origin)), 0.0)
        features = []
        for period in self.periods:
            turns = since
            if period != 1.0:
                # float16 holds 1 / period in two parts.
                most = float(_exact(1 / period))
                rest = float(_exact(1 / period - most))
                turns = ops.add(ops.multiply(since, most), ops.multiply(since, rest))
            angle = ops.multiply(ops.subtract(turns, ops.floor(turns)), float(_exact(2 * math.pi)))
            features += [ops.sin(angle), ops.cos(angle)]
        return features

    def _one_hot(self, raw: Any) -> Any:
        """Returns a 1 in the place of each category, zeros elsewhere."""
        import keras
        import numpy as np

        ops = keras.ops
        unknown = np.array(self.sizes, np.float32)[None] + 1.0
        ids = ops.where(_usual(raw), raw, unknown)
        columns = [at for at, places in enumerate(self.places) for _ in places]
        wanted = np.array([place for places in self.places for place in places], np.float32)
        # A comparison: the operator for it is wrong in the browser's WebAssembly.
        distance = ops.abs(ops.subtract(ops.take(ids, columns, axis=-1), wanted))
        return ops.cast(ops.less(distance, 0.5), "float32")


def fit_columns(x: np.ndarray, numbers: int, dates: int, sizes: Sequence[int]) -> Columns:
    """Fits the layers on training rows.

    Args:
        x: Raw training rows, float32, count x columns: numbers, dates, categories.
        numbers: Number of columns of numbers.
        dates: Number of columns of dates.
        sizes: How many values each category has.
    """
    import numpy as np

    measured = numbers + dates
    known = np.isfinite(x)
    statistics = [_statistics(x[known[:, at], at].astype(np.float64)) for at in range(measured)]
    center, scale, median = zip(*statistics, strict=True) if statistics else ((), (), ())
    places = []
    for at, size in enumerate(sizes, measured):
        seen = {int(place) for place in np.unique(x[known[:, at], at])}
        seen |= {size + 1} if not known[:, at].all() else set()
        places.append(tuple(sorted(seen)))
    days = x[:, numbers:measured][known[:, numbers:measured]]
    return Columns(
        numbers=numbers,
        dates=dates,
        center=center,
        scale=scale,
        median=median,
        gaps=tuple(np.flatnonzero(~known[:, :measured].all(axis=0)).tolist()),
        clock=bool((days != np.floor(days)).any()),
        places=tuple(places),
        sizes=tuple(sizes),
    )


def _statistics(values: np.ndarray) -> tuple[float, float, float]:
    """Returns center, scale and median; outliers count for the median alone."""
    import numpy as np

    if not len(values):
        return 0.0, 1.0, 0.0
    low, median, high = np.percentile(values, [25, 50, 75])
    span = _OUTLIER * (high - low)
    if span <= 0:  # Most values are the same: what the others differ by is usual.
        away = np.abs(values - median)
        span = _RARE_OUTLIER * float(np.median(away[away > 0])) if (away > 0).any() else 0.0
    usual = values[(values >= low - span) & (values <= high + span)]
    center, scale = float(usual.mean()), float(usual.std())
    # What is left of a constant column is the rounding of its values.
    if scale <= 1e-6 * max(abs(center), 1e-30):
        scale = max(abs(center), 1.0)
    return center, scale, float(median)


def _stages(
    center: np.ndarray, scale: np.ndarray
) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray]:
    """Returns steps ``value * factor - offset`` and a last factor that standardize.

    Factors are powers of two and offsets exact in float16. Each step takes off
    the leading bits of what is left of the center.
    """
    import numpy as np

    center, scale = center.astype(np.float64), scale.astype(np.float64)
    stages: list[tuple[np.ndarray, np.ndarray]] = []
    while True:
        larger = np.maximum(np.abs(center), scale)
        # Numbers so large that float16 cannot even hold the factor do without it.
        least = np.where(larger < _HUGE, -14, -126)
        power = np.clip(_MIDDLE - np.floor(np.log2(larger)), least, 14)
        done = (np.abs(center) <= _NEAR * scale) & (larger <= 2.0**14) & (larger >= 2.0**-14)
        if stages and done.all():
            break
        power = np.where(done, 0.0, power)
        factor = 2.0**power
        moved = center * factor
        fits = (np.abs(moved) <= _LARGEST) & ~done
        offset = np.where(fits, _exact(np.where(fits, moved, 0.0)), 0.0)
        center, scale = center * factor - offset, scale * factor
        stages.append((factor.astype(np.float32)[None], offset.astype(np.float32)[None]))
    return stages, _exact(1 / scale)[None]


def _known(value: Any) -> Any:
    """Returns whether values are numbers: comparisons with NaN are false on every runtime.

    ``not (a <= b)`` would not do: TFLite makes it ``a > b``. Nor would 0: XLA holds that
    no absolute value is below it, and calls NaN a number.
    """
    import keras

    return keras.ops.greater_equal(keras.ops.abs(value), -1.0)


def _usual(value: Any) -> Any:
    """Returns whether values are numbers that can be calculated with: below a billion."""
    import keras

    shrunk = keras.ops.multiply(keras.ops.abs(value), _SHRINK)
    return keras.ops.less_equal(shrunk, _LARGEST)


def _exact(values: Any) -> Any:
    """Returns values rounded to what float16 holds, as float32."""
    import numpy as np

    return np.asarray(values).astype(np.float16).astype(np.float32)
