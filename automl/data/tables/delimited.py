"""Rows of text between delimiters: CSV and its relatives."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from automl.data.base import Skipped

#: What can stand between two fields.
DELIMITERS = (",", ";", "\t", "|")
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
#: Rows that are looked at to tell the delimiter and the width.
_SAMPLE = 100
#: Most characters of one field.
_LONGEST = 2**31 - 1
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+[.,]?[0-9]*|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?\s*")


@dataclass(frozen=True)
class Row:
    """One row and where it is.

    Attributes:
        line: Number of its first line, from 1.
        last: Number of its last line: quoted fields hold line breaks.
        fields: Its fields, without quotes.
    """

    line: int
    last: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Delimited:
    """A text in rows.

    Attributes:
        header: Name of each column, as it stands there.
        rows: The rows of the right width.
        skipped: The others.
        notes: What a person should know.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()


def read_delimited(text: str, *, tabs: bool = False) -> Delimited:
    """Reads rows of fields.

    The delimiter is the one that gives the most rows the width of the first one.
    A first line of numbers is a row, not a header. Rows of another width are skipped.

    Args:
        text: The text of a file; fields may be quoted.
        tabs: Whether tabs are likely, by the file's name.
    """
    delimiter = _delimiter(text, tabs)
    rows = list(_rows(text, delimiter))
    if not rows:
        return Delimited((), ())
    notes = []
    if delimiter != ("\t" if tabs else ","):
        notes.append(f"Fields are separated by {_NAMES[delimiter]}.")
    header, body = rows[0].fields, rows[1:]
    if _is_row(rows):
        header, body = tuple(f"column_{at}" for at in range(1, len(header) + 1)), rows
        notes.append(
            f"The first line holds numbers and is taken for a row: the columns are called"
            f" column_1 to column_{len(header)}."
        )
    elif _most_common_width(body) == len(header) + 1:
        # Either a delimiter ends every row, or the rows have names and that column has none.
        if all(row.fields[-1] == "" for row in body if len(row.fields) == len(header) + 1):
            header = (*header, "")
        else:
            header = ("", *header)
    kept, skipped = [], []
    for row in body:
        if len(row.fields) == len(header):
            kept.append(row)
            continue
        where = f"line {row.line}" if row.line == row.last else f"lines {row.line}-{row.last}"
        count = f"{len(row.fields)} field{'s'[: len(row.fields) != 1]}"
        skipped.append(Skipped(where, f"has {count} instead of {len(header)}"))
    return Delimited(header, tuple(kept), tuple(skipped), tuple(notes))


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """Returns the rows that are not empty."""
    before = csv.field_size_limit(_LONGEST)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        line = 1
        for fields in reader:
            if fields:
                yield Row(line, reader.line_num, tuple(fields))
            line = reader.line_num + 1
    finally:
        csv.field_size_limit(before)


def _delimiter(text: str, tabs: bool) -> str:
    best = ("\t" if tabs else ",", (0.0, 1))
    for delimiter in DELIMITERS:
        widths = [len(row.fields) for row in islice(_rows(text, delimiter), _SAMPLE)]
        if not widths or max(widths) < 2:
            continue
        common = Counter(widths[1:] or widths).most_common(1)[0][0]
        if common < 2:
            continue
        score = (round(widths.count(common) / len(widths), 2), common)
        if score > best[1] or (tabs and delimiter == "\t"):
            best = (delimiter, score)
        if tabs and delimiter == "\t":
            break
    return best[0]


def _is_row(rows: list[Row]) -> bool:
    """Returns whether the first line is no header: half of it are numbers, and no years or such."""
    fields = rows[0].fields
    numbers = [field for field in fields if _NUMBER.fullmatch(field)]
    if len(rows) < 2 or len(numbers) < len(fields) / 2:
        return False
    rising = all(number.strip().isdigit() for number in numbers) and len(numbers) > 1
    if rising:
        values = [int(number) for number in numbers]
        rising = values == sorted(set(values))
    return not rising


def _most_common_width(rows: list[Row]) -> int:
    counts = Counter(len(row.fields) for row in rows[:_SAMPLE])
    return counts.most_common(1)[0][0] if counts else 0
