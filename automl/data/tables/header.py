"""The first line of a table: names of columns that a user says are checked before all else."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Collection, Sequence
from pathlib import Path

from automl.data.options import ReadOptions
from automl.data.tables.delimited import read_delimited
from automl.data.tables.reading import format_of, has_tabs, unique_names
from automl.errors import UserInputError
from automl.preprocessing.text_file import decode
from search_spaces.registry import nearest

#: Bytes of a file that are looked at: more than a hundred rows of any usual table.
_BEGINNING = 1_000_000
#: Names of columns that a message lists.
_MOST_NAMED = 20


def check_columns(names: Collection[str], options: ReadOptions) -> None:
    """Refuses options that name a column which is not there.

    Args:
        names: The columns of the table.
        options: What the user said of them.

    Raises:
        UserInputError: If there is no such column.
    """
    named = [("--target", name) for name in options.target]
    named += [("--time-column", options.time_column), ("--group", options.group)]
    named += [("--column", name) for name in options.columns]
    for option, name in named:
        if name and name not in names:
            raise UserInputError(
                f"{option} names a column. Received: {name!r}.{nearest(name, names)}"
                f" Columns: {listed(names)}."
            )


def names_in(path: Path) -> list[str] | None:
    """Returns the names of a delimited file's columns from its first lines.

    Imports nothing heavy. None where that cannot be told: files of other
    formats, or that cannot be read, of which the reading itself says more.
    """
    if format_of(path.name) != "delimited":
        return None
    try:
        text = _beginning(path)
    except (OSError, EOFError, zlib.error, UserInputError):
        return None
    return list(unique_names(read_delimited(text, tabs=has_tabs(path.name)).header)[0]) or None


def listed(names: Collection[str]) -> str:
    """Returns names, the first few of many."""
    first: Sequence[str] = list(names)[:_MOST_NAMED]
    more = f" and {len(names) - len(first):,} more" if len(names) > len(first) else ""
    return ", ".join(first) + more


def _beginning(path: Path) -> str:
    """Returns the first whole lines of a file, ``.gz`` or not."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    with gzip.open(path) if packed else path.open("rb") as file:
        content = file.read(_BEGINNING)
    if len(content) < _BEGINNING:
        return decode(content).text
    # A cut may be in the middle of a character; wide ones are cut at a multiple of four.
    whole = content[: content.rfind(b"\n") + 1] or content
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in content[:64]
    text = decode(content[: _BEGINNING // 4 * 4] if wide else whole).text
    return text[: text.rfind("\n") + 1] or text
