"""Sound files to raw data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.audio.plan import Header, Plan, make_plan
from automl.data.decoding.cache import EXAMPLES
from automl.data.decoding.files import Decoded, Decoder, UnreadableError, decoded
from automl.data.files.listing import Listing
from automl.data.options import ReadOptions
from automl.data.writing import ExamplesWriter
from automl.errors import UserInputError
from automl.preprocessing.audio import AudioEncoder, why_unreadable
from automl.preprocessing.log_mel import FLOOR, FULL_SCALE_POWER, LogMel
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import RawData

#: Files that one thread reads before it hands them over.
_STEP = 32
#: Half precision keeps a sample within 0.05 % of itself, loud or quiet, in the two bytes
#: that most recordings have; 16-bit integers would need another scale than the model's.
_DTYPE = "float16"


def read_audio(listing: Listing, options: ReadOptions) -> RawData:
    """Decodes sounds, or takes them from the cache.

    All get one rate and length (`automl.data.audio.plan` says which, notes say so).
    What exceeds ``options.memory`` stays in the cache, on disk.

    Args:
        listing: The files; those that are empty, truncated or cannot be read are
            skipped.
        options: ``sample_rate``, ``seconds`` and ``memory`` are heeded.

    Raises:
        UserInputError: If no file can be read, or an option is out of range.
    """
    return _raw_data(decoded(listing, options, "sounds", _settings(options), _decode_all))


def _settings(options: ReadOptions) -> dict[str, Any]:
    """Returns what decides how sounds are decoded, beside the files themselves."""
    import soundfile

    return {
        "sample_rate": options.sample_rate,
        "seconds": options.seconds,
        "dtype": _DTYPE,
        "soundfile": soundfile.__version__,
    }


def _decode_all(decoder: Decoder) -> tuple[int, dict[str, Any]]:
    """Writes the samples of all files that can be read; returns their number and what to say."""
    headers = decoder.headers(read_header, _STEP)
    plan = make_plan(list(headers.values()), decoder.options)
    encoder = AudioEncoder(plan.sample_rate, plan.samples)

    def read(file: Path) -> np.ndarray:
        try:
            return encoder.read(file).astype(_DTYPE)
        except UserInputError as error:
            raise UnreadableError(str(error)) from error

    with ExamplesWriter(decoder.place / EXAMPLES, (plan.samples,), _DTYPE) as writer:
        for good in decoder.each(read, list(headers), _STEP):
            for _, samples in good:
                writer.append(samples[None])
        count = writer.count
    return count, {"plan": plan.to_dict()}


def read_header(path: Path) -> Header:
    """Returns what a file says of itself.

    Raises:
        UnreadableError: If it cannot be used.
    """
    import soundfile

    try:
        size = path.stat().st_size
        if size:
            with path.open("rb") as file, soundfile.SoundFile(file) as sound:
                header = Header(sound.samplerate, sound.frames, sound.channels)
    except (OSError, soundfile.SoundFileError) as error:
        raise UnreadableError(why_unreadable(error)) from error
    if not size or not header.frames:
        raise UnreadableError("is empty")
    return header


def _raw_data(found: Decoded) -> RawData:
    plan = Plan.from_dict(found.facts["plan"])
    front = LogMel.of(plan.samples, plan.sample_rate)
    spec = InputSpec(
        "spectrogram",
        front.shape,
        low=math.floor(math.log(FLOOR)),
        # A triangle may hold several times the power of one sine.
        high=math.ceil(math.log(front.window * FULL_SCALE_POWER)),
    )
    return found.listing.raw_data(
        found.x,
        spec,
        encoder=AudioEncoder(plan.sample_rate, plan.samples),
        front=front,
        notes=(*plan.notes, *found.notes),
    )
