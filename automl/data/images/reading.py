"""Picture files to raw data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from automl.data.base import RawData
from automl.data.decoding.cache import EXAMPLES
from automl.data.decoding.files import Decoded, Decoder, decoded
from automl.data.files.listing import Listing
from automl.data.images.decoding import (
    Header,
    decode,
    is_colorless,
    read_header,
    without_warnings,
)
from automl.data.images.sizing import Plan, make_plan, notes_on_marks
from automl.data.options import ReadOptions
from automl.data.writing import ExamplesWriter
from automl.errors import UserInputError
from automl.preprocessing.image import ImageEncoder
from automl.preprocessing.resize import Resize
from search_spaces import InputSpec

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
    found = decoded(listing, options, "images", _settings(options), _decode_all, without_warnings)
    return _raw_data(found)


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


def _decode_all(decoder: Decoder) -> tuple[int, dict[str, Any]]:
    """Writes the pixels of all files that can be read; returns their number and what to say."""
    headers = decoder.headers(read_header, _CHUNK_FILES)
    options = decoder.options
    plan = make_plan(list(headers.values()), _shows_no_color(decoder, headers), options)
    with ExamplesWriter(decoder.place / EXAMPLES, plan.shape, plan.dtype) as writer:
        largest = _write_pixels(decoder, list(headers), plan, writer)
        count = writer.count
    kept = [header for position, header in headers.items() if position not in decoder.failed]
    plan = replace(plan, notes=(*plan.notes, *notes_on_marks(kept)))
    return count, {"plan": plan.to_dict(), "largest": largest}


def _shows_no_color(decoder: Decoder, headers: dict[int, Header]) -> bool:
    """Returns whether no picture shows a colour; the first that does ends the search."""
    if decoder.options.color != "auto":
        return False
    stored_in_color = [position for position, header in headers.items() if not header.grey]

    def check(position: int) -> bool:
        return is_colorless(decoder.listing.files[position])

    # Usually the first picture tells: no more than that is decoded in vain.
    in_order = decoder.pool.in_order
    return all(all(found) for _, found in in_order(check, stored_in_color[:1], 1)) and all(
        all(found) for _, found in in_order(check, stored_in_color[1:], 8)
    )


def _write_pixels(
    decoder: Decoder, positions: Sequence[int], plan: Plan, writer: ExamplesWriter
) -> int:
    """Decodes and writes; returns the largest number found."""
    import numpy as np

    settings = plan.settings
    row_bytes = plan.height * plan.width * plan.channels * plan.depth // 8
    step = max(1, min(_CHUNK_FILES, _CHUNK_BYTES // row_bytes))
    largest = 0
    for good in decoder.each(lambda file: decode(file, settings), positions, step):
        if good:
            pixels = np.stack([each for _, each in good])
            largest = max(largest, int(pixels.max()))
            writer.append(pixels)
    return largest


def _raw_data(found: Decoded) -> RawData:
    facts = found.facts
    plan = Plan(**facts["plan"])
    high, said = _range(plan, int(facts["largest"]))
    shape = (*plan.model_size, plan.channels)
    front = None if shape == plan.shape else Resize(*plan.shape, *plan.model_size)
    return found.listing.raw_data(
        found.x,
        InputSpec(kind="image", shape=shape, low=0.0, high=high),
        encoder=ImageEncoder(**plan.settings),
        front=front,
        notes=(*plan.notes, *found.notes, *said),
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
