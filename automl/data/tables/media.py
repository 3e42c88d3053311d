"""Tables whose rows are texts or name files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from automl.data.base import RawData, Skipped
from automl.data.files.listing import listing_of
from automl.data.options import ReadOptions
from automl.data.tables.cells import Cells
from automl.data.tables.inference import AUDIO, IMAGES
from automl.data.tables.targets import Learned
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np


def file_data(
    cells: Cells,
    learned: Learned,
    places: Sequence[str],
    groups: np.ndarray | None,
    root: Path,
    options: ReadOptions,
    notes: Sequence[str],
) -> RawData:
    """Reads the files that a column names.

    Args:
        cells: The column of paths: absolute ones, or from the table's folder.
        learned: What is known of each row.
        places: Where each row is.
        groups: Values of rows that must not be in two splits.
        root: Folder of the table.
        options: How the files are to be read.
        notes: What a person should know of the table.

    Raises:
        UserInputError: If no file is there, or they are of no kind that is read.
    """
    names = cells.strings()
    files, rows, skipped = [], [], list(learned.skipped)
    for position, row in enumerate(learned.kept.tolist()):
        # A table made on Windows names files with backslashes.
        found = next(
            (path for path in (root / names[row], root / names[row].replace("\\", "/"))
             if names[row] and path.is_file()), None)  # fmt: skip
        if found is None:
            reason = "names a file that is not there" if names[row] else "names no file"
            skipped.append(Skipped(places[row], reason))
        else:
            files.append(found)
            rows.append(position)
    if not files:
        raise UserInputError(
            f"Paths in column {cells.name!r} start at the table's folder, {root}."
            f" Received: none that is there, e.g. {names[0]!r}."
        )
    kind = learned.target.kind
    y = learned.y[rows]
    listing = listing_of(
        root,
        files,
        labels=[learned.target.names[label] for label in y.tolist()] if kind == "class" else None,
        values=y.tolist() if kind in ("labels", "number") else None,
        kind=kind,
        names=learned.target.names if kind != "class" else (),
        groups=None if groups is None else [str(groups[learned.kept[row]]) for row in rows],
        skipped=skipped,
        notes=notes,
        why=learned.why,
    )
    raw: RawData = _reader(files)(listing, options)
    fit = raw.fit
    if not options.time_column or fit is None:
        return replace(raw, ordered=bool(options.time_column))
    return replace(raw, ordered=True, fit=lambda train: replace(fit(train), ordered=True))


def text_data(
    cells: Cells,
    learned: Learned,
    groups: np.ndarray | None,
    options: ReadOptions,
    notes: Sequence[str],
) -> RawData:
    """Gives the texts of a column as token ids.

    Args:
        cells: The column of texts.
        learned: What is known of each row.
        groups: Values of rows that must not be in two splits.
        options: How the texts are to be read.
        notes: What a person should know of the table.

    Raises:
        UserInputError: If no text holds a word.
    """
    from automl.data.texts.tokenized import EncodedTexts, texts_from

    strings = cells.strings()
    tokenized = texts_from([strings[row] for row in learned.kept.tolist()], options)

    def data(encoded: EncodedTexts) -> RawData:
        return RawData(
            x=encoded.x,
            y=learned.y,
            input=encoded.input,
            target=learned.target,
            encoder=replace(encoded.encoder, column=cells.name),
            groups=groups,
            ordered=bool(options.time_column),
            task=learned.task,
            why=learned.why,
            notes=(*notes, *encoded.notes),
            skipped=learned.skipped,
            fit=lambda rows: data(tokenized.fit(rows)),
            alike=lambda encoder: data(tokenized.alike(encoder)),
        )

    return data(tokenized.fit())


def _reader(files: Sequence[Path]) -> Any:
    """Returns what reads the kind of file that most are."""
    kinds = Counter(_kind(file) for file in files)
    kind = kinds.most_common(1)[0][0]
    if kind == "image":
        from automl.data.images.reading import read_images

        return read_images
    if kind == "audio":
        from automl.data.audio.reading import read_audio

        return read_audio
    from automl.data.texts.reading import read_texts

    return read_texts


def _kind(path: PurePath) -> str:
    suffix = path.suffix.lower()
    if suffix in IMAGES:
        return "image"
    return "audio" if suffix in AUDIO else "text"
