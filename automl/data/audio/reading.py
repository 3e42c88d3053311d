"""Sound files to raw data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.audio.plan import Header, Plan, make_plan
from automl.data.images import cache
from automl.data.images.cores import Cores
from automl.data.listing import Listing
from automl.data.options import ReadOptions
from automl.data.storage import ExamplesWriter, StoredExamples
from automl.errors import UserInputError
from automl.preprocessing.audio import AudioEncoder, why_unreadable
from automl.preprocessing.log_mel import FLOOR, FULL_SCALE_POWER, LogMel
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples, RawData

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
    key = cache.key_of(listing.files, _settings(options))
    entry = cache.find(key)
    if entry is None:
        with cache.making(key) as place, Cores() as pool:
            _decode_all(listing, options, pool, place)
        entry = cache.find(key)
    else:
        options.report(len(listing.files), len(listing.files), "sounds")
    if entry is None:
        raise UserInputError(
            f"Decoded sounds vanished from {cache.folder()} as soon as they were written. Name"
            " another folder in AUTOML_CACHE."
        )
    return _raw_data(listing, entry, options)


def _settings(options: ReadOptions) -> dict[str, Any]:
    """Returns what decides how sounds are decoded, beside the files themselves."""
    import soundfile

    return {
        "kind": "audio",
        "sample_rate": options.sample_rate,
        "seconds": options.seconds,
        "dtype": _DTYPE,
        "soundfile": soundfile.__version__,
    }


def _decode_all(listing: Listing, options: ReadOptions, pool: Cores, place: Path) -> None:
    """Writes the samples of all files that can be read, and what there is to say."""
    headers, failed = _read_headers(listing, options, pool)
    if not headers:
        listing.without(failed)  # It says so.
    plan = make_plan(list(headers.values()), options)
    encoder = AudioEncoder(plan.sample_rate, plan.samples)
    positions = list(headers)
    with ExamplesWriter(place / cache.EXAMPLES, (plan.samples,), _DTYPE) as writer:
        failed |= _write_samples(listing, positions, encoder, options, pool, writer)
        count = writer.count
    if not count:
        listing.without(failed)
    facts = {
        "count": count,
        "plan": plan.to_dict(),
        "failed": {str(position): reason for position, reason in sorted(failed.items())},
    }
    cache.write_facts(place, facts)


def _read_headers(
    listing: Listing, options: ReadOptions, pool: Cores
) -> tuple[dict[int, Header], dict[int, str]]:
    """Returns the header of each file, or why there is none, by position."""
    headers: dict[int, Header] = {}
    failed: dict[int, str] = {}

    def read(position: int) -> Header | str:
        return read_header(listing.files[position])

    for part, results in pool.in_order(read, range(len(listing.files)), _STEP):
        for position, result in zip(part, results, strict=True):
            if isinstance(result, Header):
                headers[position] = result
            else:
                failed[position] = result
        options.report(part[-1] + 1, len(listing.files), "headers of sounds")
    return headers, failed


def read_header(path: Path) -> Header | str:
    """Returns what a file says of itself, or in a few words why it cannot be used."""
    import soundfile

    try:
        if not path.stat().st_size:
            return "is empty"
        with path.open("rb") as file, soundfile.SoundFile(file) as sound:
            header = Header(sound.samplerate, sound.frames, sound.channels)
    except (OSError, soundfile.SoundFileError) as error:
        return why_unreadable(error)
    return header if header.frames else "is empty"


def _write_samples(
    listing: Listing,
    positions: list[int],
    encoder: AudioEncoder,
    options: ReadOptions,
    pool: Cores,
    writer: ExamplesWriter,
) -> dict[int, str]:
    """Decodes and writes; returns what could not be read, by position."""
    import numpy as np

    failed: dict[int, str] = {}
    done = 0

    def read(position: int) -> np.ndarray | str:
        try:
            return encoder.read(listing.files[position]).astype(_DTYPE)
        except UserInputError as error:
            return str(error)

    for part, results in pool.in_order(read, positions, _STEP):
        for position, result in zip(part, results, strict=True):
            if isinstance(result, str):
                failed[position] = result
            else:
                writer.append(result[np.newaxis])
        done += len(part)
        options.report(done, len(positions), "sounds")
    return failed


def _raw_data(listing: Listing, entry: cache.Entry, options: ReadOptions) -> RawData:
    facts = entry.facts
    plan = Plan.from_dict(facts["plan"])
    kept = listing.without({int(at): reason for at, reason in facts["failed"].items()})
    stored = StoredExamples(entry.examples, memory=max(options.memory, 1))
    x: Examples = stored
    notes = list(plan.notes)
    if stored.nbytes <= options.memory:
        x = stored[:]
    else:
        notes.append(
            f"Decoded sounds take {stored.nbytes / 1e6:,.0f} MB, more than the"
            f" {options.memory / 1e6:,.0f} MB that may be kept in memory: they stay on disk."
        )
    front = LogMel.of(plan.samples, plan.sample_rate)
    spec = InputSpec(
        "spectrogram",
        front.shape,
        low=math.floor(math.log(FLOOR)),
        # A triangle may hold several times the power of one sine.
        high=math.ceil(math.log(front.window * FULL_SCALE_POWER)),
    )
    return kept.raw_data(
        x,
        spec,
        encoder=AudioEncoder(plan.sample_rate, plan.samples),
        front=front,
        notes=notes,
    )
