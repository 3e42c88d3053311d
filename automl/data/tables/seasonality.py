"""After how many steps a series repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

#: Correlation from which a series counts as repeating.
_LEAST = 0.3
#: Share of the best correlation that a shorter period needs to be taken.
_ALMOST = 0.9
#: Longest period that is looked for, and the times a series must hold it.
_LONGEST, _TIMES = 400, 4


def period_of(values: np.ndarray) -> int:
    """Returns the number of steps after which a series repeats, 0 if it does not.

    That is the first peak of the autocorrelation, once a straight line is taken
    off, that is nearly as high as the highest.

    Args:
        values: The series, finite, steps.
    """
    import numpy as np

    count = len(values)
    longest = min(_LONGEST, count // _TIMES)
    if longest < 2:
        return 0
    steps = np.arange(count)
    rest = values - np.polyval(np.polyfit(steps, values, 1), steps)
    power = float((rest * rest).sum())
    if power <= 1e-12 * max(1.0, float((values * values).sum())):
        return 0
    # By Fourier transform, padded so that the end does not meet the beginning.
    spectrum = np.fft.rfft(rest, 2 * count)
    correlation = np.fft.irfft(spectrum * spectrum.conj())[: longest + 2] / power
    correlation *= count / (count - np.arange(len(correlation)))
    inner = correlation[1:-1]
    peaks = np.flatnonzero((inner > correlation[:-2]) & (inner >= correlation[2:])) + 1
    peaks = peaks[(peaks >= 2) & (correlation[peaks] >= _LEAST)]
    if not len(peaks):
        return 0
    high = correlation[peaks] >= _ALMOST * correlation[peaks].max()
    return int(peaks[high][0])
