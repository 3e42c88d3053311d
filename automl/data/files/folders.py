"""A folder of images, texts or audio, labelled by class folders, by a table or not at all."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from pathlib import Path

from automl.data.base import RawData, Skipped, Source
from automl.data.files import kinds
from automl.data.files.class_folders import list_folders
from automl.data.files.labels_file import NAMES, find_table, read_table
from automl.data.files.labels_table import list_table
from automl.data.files.listing import Listing, readable
from automl.data.files.scanning import Found, scan
from automl.data.options import ReadOptions
from automl.errors import UserInputError

#: Kind of file -> "module:function" that reads a listing of such files.
READERS = {
    "image": "automl.data.images.reading:read_images",
    "text": "automl.data.texts.reading:read_texts",
    "audio": "automl.data.audio.reading:read_audio",
}
#: Options that one kind of file alone heeds.
_OF_KIND = {
    "image": ("image_size", "color"),
    "text": ("length", "vocabulary"),
    "audio": ("sample_rate", "seconds"),
}
#: Suffixes of files that may be tables of labels.
_TABLES = frozenset((".csv", ".tsv", ".jsonl", ".parquet"))
#: Options that speak of columns, which only a table of labels has.
_OF_TABLE = ("target", "group", "columns")


class FolderSource(Source):
    """Files of one kind: what most files are, or what ``--input`` says.

    Class folders (``cats/1.png``) may lie in folders of splits
    (``train/cats/1.png``). A ``labels.csv`` in the folder goes before both.
    Without either, files have no labels.
    """

    name = "folder"
    pattern = "FOLDER"
    heeds = frozenset(
        ("input", "task", *_OF_TABLE, *(name for names in _OF_KIND.values() for name in names))
    )

    @classmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether `uri` is an existing folder, or ends as folders do."""
        return uri.endswith(("/", os.sep)) or (bool(uri) and Path(uri).is_dir())

    def load(self, uri: str, options: ReadOptions) -> RawData:
        """Reads the folder.

        Args:
            uri: Path of the folder.
            options: ``input`` says of which kind the files are; ``target``,
                ``group`` and ``columns`` speak of ``labels.csv``; the rest is
                for the reader of that kind.

        Raises:
            UserInputError: If nothing in it can be read or learned.
        """
        listing, kind = list_folder(uri, options)
        module, _, name = READERS[kind].partition(":")
        read: Callable[[Listing, ReadOptions], RawData] = getattr(
            importlib.import_module(module), name
        )
        return read(listing, options)


def list_folder(uri: str, options: ReadOptions) -> tuple[Listing, str]:
    """Lists the files of a folder, and returns of which kind they are, a key of `READERS`.

    Raises:
        UserInputError: If nothing in it can be read or learned.
    """
    found = scan(Path(uri))
    kinds_found = kinds.kinds_of(found.files)
    kind = kinds.kind_of_data(found.root, kinds_found, options.input)
    usable = [file for file, each in zip(found.files, kinds_found, strict=True) if each == kind]
    step = _step_into(found.root, usable)
    root = found.root.joinpath(*step)
    table = find_table(root)
    _check_heeded(uri, kind, table, options)
    plural = kinds.PLURALS[kind]
    others = [
        file
        for file, each in zip(found.files, kinds_found, strict=True)
        if each != kind and file.path != table
    ]
    below = [Found(file.path, file.parts[len(step) :]) for file in usable]
    if table is not None:
        listing = list_table(root, below, read_table(table), options)
    else:
        folders = [
            parts[len(step) :]
            for parts in found.folders
            if parts[: len(step)] == step and len(parts) > len(step)
        ]
        listing = list_folders(root, below, folders, plural, options.task)
    if not listing.files:
        raise UserInputError(f"{root} holds no {plural} with a label. Name the folder that does.")
    name = readable("/".join(step))
    notes = [f"Everything lies in {name}/: read from there."] if step else []
    if table is None:
        notes += _unread_tables(others)
    skipped = [Skipped(file.name, _not_one_of(plural, file.suffix)) for file in others]
    return replace(
        listing,
        skipped=(*found.skipped, *skipped, *listing.skipped),
        notes=(*notes, *listing.notes),
    ), kind


def _unread_tables(others: list[Found]) -> list[str]:
    """Returns notes on tables that somebody may have meant to be read."""
    return [
        f"{file.name} is not read: a table of labels is called labels.csv and lies in the folder"
        " itself, or is named as DATA with --target COLUMN."
        for file in others
        if file.suffix in _TABLES and (len(file.parts) == 1 or file.parts[-1].lower() in NAMES)
    ]


def _not_one_of(plural: str, suffix: str) -> str:
    return f"{suffix or 'a file without a suffix'} among {plural}"


def _step_into(root: Path, usable: list[Found]) -> tuple[str, ...]:
    """Returns the names of folders to step into: a lone folder of folders holds the data."""
    step: tuple[str, ...] = ()
    while find_table(root.joinpath(*step)) is None:
        at = len(step)
        first = {file.parts[at] for file in usable}
        if len(first) != 1 or any(len(file.parts) == at + 1 for file in usable):
            break
        inner = (*step, *first)
        deep = any(len(file.parts) > at + 2 for file in usable)
        if not deep and find_table(root.joinpath(*inner)) is None:
            break
        step = inner
    return step


def _check_heeded(uri: str, kind: str, table: Path | None, options: ReadOptions) -> None:
    """Refuses what the user said of files that are not there."""
    given = {
        field.name
        for field in fields(options)
        if getattr(options, field.name)
        != (field.default_factory() if field.default_factory is not MISSING else field.default)
    }
    plural = kinds.PLURALS[kind]
    for other, names in _OF_KIND.items():
        for name in names:
            if name in given and other != kind:
                raise UserInputError(
                    f"--{name.replace('_', '-')} is for {kinds.PLURALS[other]}, and {uri} holds"
                    f" {plural}. Leave it out."
                )
    for name in _OF_TABLE:
        if name in given and table is None:
            flag = {"columns": "column"}.get(name, name)
            raise UserInputError(
                f"--{flag} names a column of labels.csv, and {uri} holds none. Add the file, or"
                f" leave --{flag} out."
            )
