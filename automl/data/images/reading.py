"""Picture files to raw data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.base import Examples, RawData
from automl.data.images import cache
from automl.data.images.cores import Cores
from automl.data.images.decoding import (
    Header,
    UnreadableError,
    decode,
    is_colorless,
    read_header,
    without_warnings,
)
from automl.data.images.sizing import Plan, make_plan, notes_on_marks
from automl.data.listing import Listing
from automl.data.options import ReadOptions
from automl.data.storage import ExamplesWriter, StoredExamples
from automl.errors import UserInputError
from automl.preprocessing.image import ImageEncoder
from automl.preprocessing.resize import Resize
from search_spaces import InputSpec

if TYPE_CHECKING:
    import numpy as np

#: Bytes of pixels that one thread decodes before it hands them over, and the most files.
_CHUNK_BYTES, _CHUNK_FILES = 1_000_000, 64
#: Pictures of 8 bits that stay below hold something else than shades, such as 0 and 1.
_SHADES = 16


def read_images(listing: Listing, options: ReadOptions) -> RawData:
    """Decodes pictures, or takes them from the cache.

    All get one size (`automl.data.images.sizing` says which, a note says so) and
    are kept as uint8, or uint16 where all have 16 bits of grey. What exceeds
    ``options.memory`` stays in the cache, on disk.

    Args:
        listing: The files; those that cannot be read are skipped.
        options: ``image_size``, ``color`` and ``memory`` are heeded.

    Raises:
        UserInputError: If no file can be read, or an option is out of range.
    """
    key = cache.key_of(listing.files, _settings(options))
    entry = cache.find(key)
    if entry is None:
        with cache.making(key) as place, Cores() as pool, without_warnings():
            _decode_all(listing, options, pool, place)
        entry = cache.find(key)
    else:
        options.report(len(listing.files), len(listing.files), "images")
    if entry is None:
        raise UserInputError(
            f"Decoded pictures vanished from {cache.folder()} as soon as they were written. Name"
            " another folder in AUTOML_CACHE."
        )
    return _raw_data(listing, entry, options)


def _settings(options: ReadOptions) -> dict[str, Any]:
    """Returns what decides how pictures are decoded, beside the files themselves."""
    import PIL

    size = None if options.image_size is None else list(options.image_size)
    return {
        "image_size": size,
        "color": options.color,
        "memory": options.memory,
        "pillow": PIL.__version__,
    }


def _decode_all(listing: Listing, options: ReadOptions, pool: Cores, place: Path) -> None:
    """Writes the pixels of all files that can be read, and what there is to say."""
    headers, failed = _read_headers(listing, options, pool)
    plan = make_plan(
        list(headers.values()), _shows_no_color(listing, headers, options, pool), options
    )
    positions = list(headers)
    with ExamplesWriter(place / cache.EXAMPLES, plan.shape, plan.dtype) as writer:
        largest, lost = _write_pixels(listing, positions, plan, options, pool, writer)
        count = writer.count
    failed |= lost
    if not count:
        listing.without(failed)  # It says so.
    kept = [header for position, header in headers.items() if position not in failed]
    facts = {
        "count": count,
        "plan": replace(plan, notes=(*plan.notes, *notes_on_marks(kept))).to_dict(),
        "largest": largest,
        "failed": {str(position): reason for position, reason in failed.items()},
    }
    cache.write_facts(place, facts)


def _read_headers(
    listing: Listing, options: ReadOptions, pool: Cores
) -> tuple[dict[int, Header], dict[int, str]]:
    """Returns the header of each file, or why there is none, by position."""
    headers: dict[int, Header] = {}
    failed: dict[int, str] = {}
    total = len(listing.files)

    def read(position: int) -> Header | str:
        try:
            return read_header(listing.files[position])
        except UnreadableError as error:
            return str(error)

    for part, results in pool.in_order(read, range(total), _CHUNK_FILES):
        for position, result in zip(part, results, strict=True):
            if isinstance(result, Header):
                headers[position] = result
            else:
                failed[position] = result
        options.report(part[-1] + 1, total, "headers of images")
    if not headers:
        listing.without(failed)  # It says so.
    return headers, failed


def _shows_no_color(
    listing: Listing, headers: dict[int, Header], options: ReadOptions, pool: Cores
) -> bool:
    """Returns whether no picture shows a colour; the first that does ends the search."""
    if options.color != "auto":
        return False
    stored_in_color = [position for position, header in headers.items() if not header.grey]

    def check(position: int) -> bool:
        return is_colorless(listing.files[position])

    # Usually the first picture tells: no more than that is decoded in vain.
    return all(all(found) for _, found in pool.in_order(check, stored_in_color[:1], 1)) and all(
        all(found) for _, found in pool.in_order(check, stored_in_color[1:], 8)
    )


def _write_pixels(
    listing: Listing,
    positions: Sequence[int],
    plan: Plan,
    options: ReadOptions,
    pool: Cores,
    writer: ExamplesWriter,
) -> tuple[int, dict[int, str]]:
    """Decodes and writes; returns the largest number found, and what could not be read."""
    import numpy as np

    failed: dict[int, str] = {}
    settings = plan.settings
    row_bytes = plan.height * plan.width * plan.channels * plan.depth // 8
    step = max(1, min(_CHUNK_FILES, _CHUNK_BYTES // row_bytes))
    largest = done = 0

    def read(position: int) -> np.ndarray | str:
        try:
            return decode(listing.files[position], settings)
        except UnreadableError as error:
            return str(error)

    for part, results in pool.in_order(read, positions, step):
        good = []
        for position, result in zip(part, results, strict=True):
            if isinstance(result, str):
                failed[position] = result
            else:
                good.append(result)
        if good:
            pixels = np.stack(good)
            largest = max(largest, int(pixels.max()))
            writer.append(pixels)
        done += len(part)
        options.report(done, len(positions), "images")
    return largest, failed


def _raw_data(listing: Listing, entry: cache.Entry, options: ReadOptions) -> RawData:
    facts = entry.facts
    plan = Plan(**facts["plan"])
    kept = listing.without({int(at): reason for at, reason in facts["failed"].items()})
    stored = StoredExamples(entry.examples, memory=max(options.memory, 1))
    x: Examples = stored
    notes = list(plan.notes)
    if stored.nbytes <= options.memory:
        x = stored[:]
    else:
        notes.append(
            f"Decoded pictures take {stored.nbytes / 1e6:,.0f} MB, more than the"
            f" {options.memory / 1e6:,.0f} MB that may be kept in memory: they stay on disk."
        )
    high, said = _range(plan, int(facts["largest"]))
    shape = (*plan.model_size, plan.channels)
    front = None if shape == plan.shape else Resize(*plan.shape, *plan.model_size)
    return kept.raw_data(
        x,
        InputSpec(kind="image", shape=shape, low=0.0, high=high),
        encoder=ImageEncoder(**plan.settings),
        front=front,
        notes=(*notes, *said),
    )


def _range(plan: Plan, largest: int) -> tuple[float, list[str]]:
    """Returns the largest number that pictures may hold, and what to say of it."""
    if not largest:
        raise UserInputError(
            "Pictures must differ from each other. Received: every pixel of every picture is black."
        )
    if plan.depth == 8 and largest > _SHADES:
        return 255.0, []
    # Scanners and cameras give 10, 12 or 14 of 16 bits: what is never used costs contrast.
    high = (1 << largest.bit_length()) - 1 if plan.depth == 16 else largest
    return float(high), [f"The largest number in any picture is {largest:,}: white is {high:,}."]
