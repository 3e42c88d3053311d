"""Text files, one text each."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from automl.data.files.listing import Listing
from automl.data.options import ReadOptions
from automl.data.texts.tokenized import EncodedTexts, texts_from
from automl.errors import UserInputError
from automl.preprocessing.text_file import FALLBACK, read_text

if TYPE_CHECKING:
    from automl.data.base import RawData

#: Files between two reports of progress.
_STEP = 200


def read_texts(listing: Listing, options: ReadOptions) -> RawData:
    """Reads text files of any encoding and gives them as token ids.

    Files that are empty hold nothing to learn from and are skipped, as are those
    that are no text.

    Args:
        listing: The files and what is known of each.
        options: ``length`` and ``vocabulary``.

    Raises:
        UserInputError: If no file is left.
    """
    import numpy as np

    texts: list[str] = []
    failed: dict[int, str] = {}
    encodings: Counter[str] = Counter()
    for at, path in enumerate(listing.files):
        try:
            texts.append(_text(path, encodings))
        except UserInputError as error:
            failed[at] = str(error)
        if at % _STEP == _STEP - 1:
            options.report(at + 1, len(listing.files), "files")
    listing = listing.without(failed)
    notes = encoding_notes(encodings)
    tokenized = texts_from(texts, options)
    training = listing.parts()["train"]

    def data(encoded: EncodedTexts) -> RawData:
        raw = listing.raw_data(
            encoded.x,
            encoded.input,
            encoder=encoded.encoder,
            notes=(*notes, *encoded.notes),
            fit=lambda rows: data(tokenized.fit(rows)),
        )
        return replace(raw, alike=lambda encoder: data(tokenized.alike(encoder)))

    # Never on what the data brought as validation or test split.
    return data(tokenized.fit(np.arange(training.start, training.stop)))


def encoding_notes(encodings: Counter[str]) -> tuple[str, ...]:
    """Returns what a person should know of the encodings of some files."""
    others = {name: count for name, count in sorted(encodings.items()) if name != "utf-8"}
    return tuple(
        f"{count:,} {'file is' if count == 1 else 'files are'} no UTF-8 and"
        f" {'was' if count == 1 else 'were'} read as {name}."
        if name == FALLBACK
        else f"{count:,} {'file was' if count == 1 else 'files were'} read as {name.upper()}."
        for name, count in others.items()
    )


def _text(path: Path, encodings: Counter[str]) -> str:
    decoded = read_text(path)
    if not decoded.text.strip():
        raise UserInputError("is empty")
    encodings[decoded.encoding] += 1
    return decoded.text
