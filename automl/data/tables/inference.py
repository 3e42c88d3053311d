"""What each column of a table is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from automl.data.tables.cells import Cells
from automl.errors import UserInputError

if TYPE_CHECKING:
    import numpy as np

#: What a user may say a column is.
TYPES = ("number", "category", "text", "date", "path", "ignore")
#: Share of the cells that must be numbers, or dates, for the column to be of them.
_ENOUGH = 0.95
#: Different texts that a column of identifiers has at least.
_IDENTIFIERS = 20
#: Words that a text has on average, and the share of different ones, where a
#: column is of texts and not of categories.
_WORDS, _DIFFERENT = 3.0, 0.5
#: Cells that are looked at for words and file names.
_SAMPLE = 2_000
#: Cells that are looked at for decimal marks.
_MARKS = 50
#: Characters of a cell that a note shows.
_SHOWN = 40
_ID_NAME = re.compile(
    r"^(id|index|idx|row|nr|no|number|uuid|guid|key|)$|[ _\-.](id|key)$|[a-z]I[Dd]$"
)
IMAGES = frozenset(
    (
        *(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"),
        *(".ppm", ".pgm", ".pbm", ".ico", ".tga", ".jp2", ".avif"),
    )
)
AUDIO = frozenset((".wav", ".flac", ".ogg", ".mp3", ".oga", ".opus", ".aiff", ".aif"))
TEXTS = frozenset((".txt", ".text"))
_FILES = IMAGES | AUDIO | TEXTS
#: Signs that numbers may have, and that are left out.
_SIGNS = re.compile(r"[$€£¥₹₽₩₺%]")
#: Share of the cells from which on a column may be meant for numbers or dates, though too many
#: of its cells are words.
_MAYBE = 0.5
#: Different words that stand for what is not known, at most, and their share of numbers.
_STAND_INS, _FEW = 3, 0.2


@dataclass(frozen=True)
class Found:
    """What a column was found to be.

    Attributes:
        name: Its name.
        type: One of `TYPES`.
        reason: Why it is left out, for ``"ignore"``; else what a person should
            know, or nothing.
        order: Order of day, month and year in a date.
    """

    name: str
    type: str
    reason: str = ""
    order: str = "ymd"


def infer(
    columns: Iterable[Cells], decimal: str, said: Mapping[str, str], kept: Sequence[str] = ()
) -> dict[str, Found]:
    """Tells what each column is.

    Args:
        columns: The columns.
        decimal: Decimal mark of numbers in text.
        said: Column -> type that the user gave.
        kept: Columns that have a use of their own, such as the target; they are
            not left out for having one value or only different ones.

    Raises:
        UserInputError: If the user named an unknown type.
    """
    by_name = {cells.name: cells for cells in columns}
    for name, type_ in said.items():
        if type_ not in TYPES:
            raise UserInputError(
                f"A column is one of {', '.join(TYPES)}. Received: {name}={type_}."
            )
    return {
        name: _as_said(cells, said[name], decimal)
        if name in said
        else _inferred(cells, decimal, name in kept)
        for name, cells in by_name.items()
    }


def decimal_mark(columns: Iterable[Cells]) -> str:
    """Returns the decimal mark of a table: a comma if more columns of numbers have one."""
    point, comma = 0, 0
    for cells in columns:
        if cells.kind != "text" or not cells.texts:
            continue
        sample = [_SIGNS.sub("", text).strip() for text in cells.texts[:_MARKS]]
        plain = [re.fullmatch(r"[+-]?[0-9]*([.,])[0-9]+", text) for text in sample]
        marks = [found[1] for found in plain if found]
        if len(marks) >= len(sample) / 2:
            # Three digits after each comma may be thousands: such a column decides nothing.
            groups = all(
                re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+", text) for text in sample if "," in text
            )
            point += "." in marks
            comma += "," in marks and "." not in marks and not groups
    return "," if comma > point else "."


def _as_said(cells: Cells, type_: str, decimal: str) -> Found:
    if type_ == "ignore":
        return Found(cells.name, "ignore", "as --column says")
    order, known = "ymd", int(cells.known.sum())
    if type_ == "date":
        order, read = date_order(cells)
    elif type_ == "number":
        read = _count(cells.numbers(decimal))
        if read:
            return Found(cells.name, type_, _of_numbers(cells, known - read, known))
    else:
        return Found(cells.name, type_)
    if not read and known:
        raise UserInputError(
            f"Column {cells.name!r} holds no {type_}. Received: {_example(cells)}."
        )
    return Found(cells.name, type_, _unread(known - read, known, type_), order)


def _inferred(cells: Cells, decimal: str, kept: bool) -> Found:
    name, known = cells.name, int(cells.known.sum())
    if cells.kind == "other":
        return Found(name, "ignore", "holds lists or other objects")
    if not known:
        return Found(name, "ignore", "is empty")
    if not kept and cells.distinct == 1 and known == len(cells):
        return Found(name, "ignore", "always the same")
    if cells.kind == "date":
        return Found(name, "date")
    numbers = cells.numbers(decimal)
    read = _count(numbers) + int(_infinite(numbers))
    if read >= _ENOUGH * known:
        if not kept and _counts_rows(name, numbers):
            return Found(name, "ignore", "numbers its rows")
        return Found(name, "number", _of_numbers(cells, known - read, known))
    order, dates = date_order(cells)
    if dates >= _ENOUGH * known:
        return Found(name, "date", _unread(known - dates, known, "date"), order)
    found = _words(cells, known, kept)
    if max(read, dates) < _MAYBE * known or found.type == "path":
        return found
    type_ = "number" if read >= dates else "date"
    values = numbers if type_ == "number" else cells.days(order)
    return _mostly(cells, found, type_, values, order)


def _mostly(cells: Cells, found: Found, type_: str, values: np.ndarray, order: str) -> Found:
    """Tells what a column is most of whose cells, but not enough, are numbers or dates.

    A few words that come again stand for what is not known. Numbers must be many
    for that, or they may be sizes: 38, 40, M, L.
    """
    import numpy as np

    strange = cells.known & np.isnan(values)
    words = [cells.texts[code] for code in np.unique(cells.codes[strange])]
    known, lost = int(cells.known.sum()), int(strange.sum())
    measured = type_ == "date" or (
        lost <= _FEW * known and len(np.unique(values[~np.isnan(values)])) >= _IDENTIFIERS
    )
    shown = ", ".join(repr(word[:_SHOWN]) for word in words[:_STAND_INS])
    if len(words) <= _STAND_INS and measured:
        reason = f"{lost:,} of {known:,} cells are no {type_} ({shown}) and taken for not known"
        return Found(cells.name, type_, reason, order)
    hint = (
        f"{known - lost:,} of {known:,} cells are {type_}s and others are not, e.g. {shown}:"
        f" --column {cells.name}={type_} takes those for not known"
    )
    return replace(found, reason="; ".join(filter(None, (found.reason, hint))))


def _of_numbers(cells: Cells, unread: int, known: int) -> str:
    """Returns what a person should know of a column of numbers."""
    signs = dict.fromkeys(sign for text in cells.texts[:_SAMPLE] for sign in _SIGNS.findall(text))
    told = f"numbers are read without {' and '.join(signs)}" if signs else ""
    if len(signs) > 1:
        told += ", as if all were of one kind"
    return "; ".join(filter(None, (_unread(unread, known, "number"), told)))


def _words(cells: Cells, known: int, kept: bool) -> Found:
    """Tells what a column of words is."""
    sample = cells.texts[:_SAMPLE]
    if sum(PurePath(text).suffix.lower() in _FILES for text in sample) >= _ENOUGH * len(sample):
        return Found(cells.name, "path")
    words = sum(len(text.split()) for text in sample) / len(sample)
    # Languages without spaces have one word of many letters.
    words = max(words, sum(sum(c > "\u2e80" for c in text) for text in sample) / len(sample) / 2)
    if words >= _WORDS and cells.distinct >= _DIFFERENT * known:
        return Found(cells.name, "text")
    if not kept and cells.distinct == known >= _IDENTIFIERS:
        return Found(cells.name, "ignore", "different in every row")
    return Found(cells.name, "category")


def date_order(cells: Cells) -> tuple[str, int]:
    """Returns the order of day, month and year that reads most cells, and how many.

    Where all do equally well, the year is first or, if it is last, the month: as
    pandas has it.
    """
    import numpy as np

    if cells.kind != "text" or not cells.texts:
        return "ymd", int(cells.known.sum()) if cells.kind == "date" else 0
    # Only texts with a digit and no letters but those of dates are worth a look.
    if not any(any(c.isdigit() for c in text) for text in cells.texts[:20]):
        return "ymd", 0
    counts = {}
    year_last = re.compile(r"[0-9]{1,2}[-/. ] ?[0-9]{1,2}[-/. ] ?[0-9]{2,4}\b")
    last = sum(bool(year_last.match(text)) for text in cells.texts[:_SAMPLE])
    points = sum("." in text.split(" ")[0] for text in cells.texts[:_SAMPLE])
    orders = ["ymd", "dmy", "mdy"]
    if last:
        # Points between day, month and year are European.
        orders = ["dmy", "mdy", "ymd"] if points else ["mdy", "dmy", "ymd"]
    for order in orders:
        counts[order] = int(np.isfinite(cells.days(order)).sum())
        if counts[order] == cells.known.sum():
            return order, counts[order]
    best = max(counts, key=lambda order: (counts[order], -orders.index(order)))
    return best, counts[best]


def _counts_rows(name: str, numbers: np.ndarray) -> bool:
    """Returns whether a column is the number of the row, or an identifier by its name."""
    import numpy as np

    if len(numbers) < 3 or not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any():
        return False
    if not _ID_NAME.search(name.strip().lower() if name.isupper() else name.strip()) and (
        not _ID_NAME.search(name.strip().lower())
    ):
        return False
    return len(np.unique(numbers)) == len(numbers)


def _count(values: np.ndarray) -> int:
    import numpy as np

    return int(np.isfinite(values).sum())


def _infinite(values: np.ndarray) -> int:
    import numpy as np

    return int(np.isinf(values).sum())


def _unread(count: int, known: int, type_: str) -> str:
    if not count:
        return ""
    return f"{count:,} of {known:,} cells are no {type_} and taken for not known"


def _example(cells: Cells) -> str:
    return repr(cells.categories().texts[0]) if cells.categories().texts else "nothing"
