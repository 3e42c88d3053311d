"""The one rate and length that all sounds of a data set get."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from automl.data.options import ReadOptions
from automl.errors import UserInputError
from automl.preprocessing.log_mel import LogMel

#: Highest rate chosen without asking: what tells words, calls and machines apart is
#: below 8 kHz.
HIGHEST_RATE = 16_000
#: Rates that make sense: telephones have 8,000, studios 192,000.
RATES = (1_000, 384_000)
#: Percentile of the lengths that is the length of all.
LENGTH_PERCENTILE = 95
#: Longest length chosen without asking, in seconds.
LONGEST_SECONDS = 10.0
#: Sounds whose lengths differ by no more than this share are not cut at all.
_ALIKE = 0.25


@dataclass(frozen=True)
class Header:
    """What a sound file says of itself.

    Attributes:
        rate: Samples per second.
        frames: Samples of a channel.
        channels: Number of channels.
    """

    rate: int
    frames: int
    channels: int

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.frames / self.rate


@dataclass(frozen=True)
class Plan:
    """How sounds are read.

    Attributes:
        sample_rate: Samples per second.
        samples: Samples of a waveform.
        notes: What a person should know.
    """

    sample_rate: int
    samples: int
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Self:
        """Builds the plan that `to_dict` wrote."""
        return cls(record["sample_rate"], record["samples"], tuple(record["notes"]))


def make_plan(headers: Sequence[Header], options: ReadOptions) -> Plan:
    """Chooses rate and length.

    The rate is the commonest one, 16 kHz at most; the length is that of the
    longest sound if all are about as long, else one that most have.

    Args:
        headers: Of every file that can be read; one at least.
        options: ``sample_rate`` and ``seconds``, 0 where they are to be chosen.

    Raises:
        UserInputError: If an option is out of range.
    """
    if options.sample_rate and not RATES[0] <= options.sample_rate <= RATES[1]:
        raise UserInputError(
            f"A sample rate is from {RATES[0]:,} to {RATES[1]:,} Hz."
            f" Received: {options.sample_rate}."
        )
    rates = Counter(header.rate for header in headers)
    # Of equally common ones, the lowest: nothing is made up.
    commonest = min(rates, key=lambda rate: (-rates[rate], rate))
    rate = options.sample_rate or min(commonest, HIGHEST_RATE)
    seconds = options.seconds or _length([header.seconds for header in headers])
    # A spectrogram needs one frame at least.
    window = LogMel.of(rate, rate).window
    samples = max(window, round(seconds * rate))
    return Plan(rate, samples, tuple(_notes(headers, rates, rate, samples)))


def _length(seconds: Sequence[float]) -> float:
    """Returns a length in seconds."""
    ordered = sorted(seconds)
    longest = ordered[-1]
    if ordered[0] < longest * (1 - _ALIKE):
        longest = ordered[math.ceil(len(ordered) * LENGTH_PERCENTILE / 100) - 1]
    return min(longest, LONGEST_SECONDS)


def _notes(headers: Sequence[Header], rates: Counter[int], rate: int, samples: int) -> list[str]:
    length = samples / rate
    notes = [f"Sounds are {length:.3g} s long at {rate:,} Hz."]
    if others := len(headers) - rates[rate]:
        found = ", ".join(f"{each:,}" for each in sorted(rates) if each != rate)
        notes.append(f"{others:,} of {len(headers):,} files were resampled from {found} Hz.")
    # What resampling rounds is no cut.
    if cut := sum(header.seconds > length + 1.5 / rate for header in headers):
        notes.append(f"{cut:,} of {len(headers):,} files are longer and were cut at their end.")
    if short := sum(header.seconds < length - 1.5 / rate for header in headers):
        notes.append(f"{short:,} of {len(headers):,} files are shorter and end in silence.")
    if mixed := sum(header.channels > 1 for header in headers):
        notes.append(f"The channels of {mixed:,} files were averaged to one.")
    return notes
