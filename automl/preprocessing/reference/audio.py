"""Turns a sound file into the waveform that the model beside this file takes.

Needs the packages numpy, scipy and soundfile. audio.mjs and Audio.kt do the same
where the sound is already there: in a browser and on a phone.

    from audio import read
    waveform = read("yes.wav", sample_rate, samples)  # Both are in audio.json.

The rules, in their order.

1. Samples are numbers from -1 to 1; channels are averaged.
2. The sound is resampled to "sample_rate" with a low-pass filter.
3. Its first "samples" samples are taken; a shorter sound is followed by zeros.
   Nothing makes it louder or quieter.
"""

from __future__ import annotations

import re
from math import ceil, gcd
from typing import Any

import numpy as np
import soundfile
from scipy.signal import resample_poly

#: Seconds read beyond what is needed: the filter of the resampling reaches that far.
_MARGIN = 0.05
#: What libsndfile's log says of a file that is shorter than its header says.
_SHORTER = re.compile(r"data : ([0-9]+) \(should be")
#: Bytes announced by programs that write to a pipe and know no length, or more.
_UNKNOWN_LENGTH = 0x7FFFFF00


def read(file: Any, sample_rate: int, samples: int) -> np.ndarray:
    """Returns the beginning of a sound file as float32, `samples` long.

    Raises:
        soundfile.LibsndfileError: If it cannot be read.
        ValueError: If it is empty, ends too early or holds numbers that are not finite.
    """
    with soundfile.SoundFile(file) as sound:
        rate, total = sound.samplerate, sound.frames
        if _is_truncated(sound.extra_info):
            raise ValueError("is truncated")
        wanted = min(total, ceil((samples / sample_rate + _MARGIN) * rate))
        channels = sound.read(wanted, dtype="float32", always_2d=True)
    if not len(channels):
        raise ValueError("is empty")
    if len(channels) < wanted:
        raise ValueError("is truncated")
    if not np.isfinite(channels).all():
        raise ValueError("holds numbers that are not finite")
    return fit(channels.mean(axis=1), rate, sample_rate, samples)


def _is_truncated(log: str) -> bool:
    """Returns whether a file ends before the end that its header announces."""
    announced = _SHORTER.search(log)
    return announced is not None and int(announced[1]) < _UNKNOWN_LENGTH


def fit(mono: np.ndarray, rate: int, sample_rate: int, samples: int) -> np.ndarray:
    """Returns one channel of sound at another rate, clipped, cut or filled with zeros."""
    if rate != sample_rate:
        common = gcd(rate, sample_rate)
        mono = resample_poly(mono, sample_rate // common, rate // common)
    waveform = np.zeros(samples, np.float32)
    mono = mono[:samples]
    waveform[: len(mono)] = np.clip(mono, -1.0, 1.0)
    return waveform
