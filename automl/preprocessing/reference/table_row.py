"""Turns a row of a table into the numbers that the model beside this file takes.

Needs Python 3.7 or later and nothing else. table_row.mjs and TableRow.kt give the
same numbers in JavaScript and Kotlin.

    from table_row import TableRow
    row = TableRow.read(".").row({"age": 41, "city": "Bern", "since": "2024-05-01"})

columns.json lists the columns in the order of the numbers. NaN stands for a value
that is not known: the model fills it in by itself. The rules:

1. A cell is text, a number, true, false or null; a column that the row lacks is null.
   Spaces, tabs and line ends around text are dropped. Null, NaN, infinite numbers
   and the texts listed as "missing" are not known.
2. number: text is a decimal number, e.g. -1.5e3, whose decimal mark is "decimal" (a
   point or a comma); the other mark may separate thousands (1,234.5). A sign of money
   before or after it ($1,234.5, -5 €) and a percent sign after it are dropped. True is
   1, false is 0. What cannot be read is not known.
3. date: days since 1970-01-01 00:00 UTC, with the time as a fraction. Text is three
   numbers separated by "-", "/", "." or spaces, in the "order" of the column (ymd, dmy
   or mdy), unless the first has four digits: then it is the year; or eight digits, year
   first; or a year and a month; or a month as an English word, with day and year.
   A time may follow (12:30, 12:30:59.5, 1:30 PM), and an offset (Z, +02:00). Years of two
   digits are 1970 to 2069. A number counts as days.
4. category: the place, from 0, of the text among the "values" of the column, both in
   normalization form C. What is not among them, but is a number equal to a value that
   is one (1 and "1.0"), has the place of that. True and false are true, True, TRUE or 1;
   false, False, FALSE or 0. Anything else gets the number of values: "other".
5. The numbers are rounded to float32; what is too large for it is the largest there is
   of its sign: an outlier, no gap.
6. With "lookback" above 0, the model takes the last so many rows of a series, in
   the order of time: `window`. A value that is not known is that of the row before;
   at the beginning, that of the first row that has one; or 0. There, what is too large is
   not known.
"""

from __future__ import annotations

import datetime
import json
import math
import re
import struct
import unicodedata
from pathlib import Path
from typing import Any

NAN = math.nan
SPACES = " \t\r\n"
#: A decimal number with a point.
PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
GROUPED = {
    ".": re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?"),
    ",": re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]*)?"),
}
#: A number after, or before, a sign that is dropped.
AFTER_SIGN = re.compile(r"([+-]?)[$€£¥₹₽₩₺] ?(.*)")
BEFORE_SIGN = re.compile(r"(.*[0-9.,]) ?[$€£¥₹₽₩₺%]")
TIME = (
    r"(?:[T ]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9})[0-9]*)?)?"
    r" ?([AaPp][Mm])? ?(Z|z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)?)?"
)
NUMBERS = re.compile(r"([0-9]{1,4})([-/. ]) ?([0-9]{1,2})\2 ?([0-9]{1,4})" + TIME)
DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})" + TIME)
MONTH_OF_YEAR = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})")
DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ] ?([A-Za-z]{3,9})\.?,?[-/. ] ?([0-9]{2,4})" + TIME)
MONTH_FIRST = re.compile(r"([A-Za-z]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})" + TIME)
MONTHS = [
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
]
BOOLEANS = {True: ("true", "True", "TRUE"), False: ("false", "False", "FALSE")}
#: The largest number of float32.
LARGEST = (2 - 2**-23) * 2.0**127
EPOCH = datetime.date(1970, 1, 1).toordinal()


class TableRow:
    """Turns rows, each a dictionary of column -> cell, into lists of numbers.

    Args:
        spec: What columns.json holds.
    """

    def __init__(self, spec: dict[str, Any]) -> None:
        self.columns = spec["columns"]
        self.decimal = spec.get("decimal", ".")
        self.missing = frozenset(spec.get("missing", ()))
        self.lookback = spec.get("lookback", 0)
        self._places = [_places(column.get("values", ())) for column in self.columns]

    @classmethod
    def read(cls, folder: str | Path = ".") -> TableRow:
        """Reads columns.json from a folder."""
        text = (Path(folder) / "columns.json").read_text(encoding="utf-8")
        return cls(json.loads(text))

    def row(self, record: dict[str, Any]) -> list[float]:
        """Returns one number per column; NaN where it is not known."""
        return [self._value(at, record.get(c["name"])) for at, c in enumerate(self.columns)]

    def window(self, records: list[dict[str, Any]]) -> list[list[float]]:
        """Returns the last `lookback` of rows that are in the order of time.

        Raises:
            ValueError: If there are fewer rows.
        """
        if len(records) < self.lookback:
            raise ValueError(f"{self.lookback} rows are needed. Received: {len(records)}.")
        rows = [self.row(record) for record in records]
        for at in range(len(self.columns)):
            known = [row[at] for row in rows if abs(row[at]) < LARGEST]
            last = known[0] if known else 0.0
            for row in rows:
                last = row[at] = row[at] if abs(row[at]) < LARGEST else last
        return rows[len(rows) - self.lookback :]

    def _value(self, at: int, cell: object) -> float:
        column = self.columns[at]
        if isinstance(cell, str):
            cell = unicodedata.normalize("NFC", cell.strip(SPACES))
            if cell in self.missing:
                return NAN
        elif cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
            return NAN
        if column["kind"] == "number":
            return float32(number(cell, self.decimal))
        if column["kind"] == "date":
            return float32(days(cell, column.get("order", "ymd")))
        return float32(self._place(at, cell))

    def _place(self, at: int, cell: object) -> float:
        texts, numbers = self._places[at]
        if isinstance(cell, bool):
            for text in BOOLEANS[cell]:
                if text in texts:
                    return texts[text]
            cell = int(cell)
        if isinstance(cell, str):
            if cell in texts:
                return texts[cell]
            cell = plain(cell)
        return numbers.get(_float(cell), len(self.columns[at]["values"]))


def _places(values: list[str]) -> tuple[dict[str, int], dict[float, int]]:
    """Returns text -> place, and number -> place for the values that are numbers."""
    texts: dict[str, int] = {}
    numbers: dict[float, int] = {}
    for place, value in enumerate(values):
        texts.setdefault(value, place)
        if not math.isnan(plain(value)):
            numbers.setdefault(plain(value), place)
    return texts, numbers


def number(cell: object, decimal: str = ".") -> float:
    """Returns what a cell of numbers holds, NaN if it is none."""
    if not isinstance(cell, str):
        return _float(cell)
    other = "," if decimal == "." else "."
    if found := AFTER_SIGN.fullmatch(cell) or BEFORE_SIGN.fullmatch(cell):
        cell = "".join(found.groups())
    if GROUPED[decimal].fullmatch(cell):
        cell = cell.replace(other, "")
    elif decimal == "," and "." in cell:
        return plain(cell) if "," not in cell else NAN
    return plain(cell.replace(",", ".") if decimal == "," else cell)


def plain(text: str) -> float:
    """Returns the decimal number that a text is, NaN if it is none."""
    return float(text) if PLAIN.fullmatch(text) else NAN


def days(cell: object, order: str = "ymd") -> float:
    """Returns days since 1970-01-01 00:00 UTC, NaN if a cell is no date."""
    if not isinstance(cell, str):
        return NAN if isinstance(cell, bool) else _float(cell)
    if found := NUMBERS.fullmatch(cell):
        first, _, second, third, *time = found.groups()
        if len(first) > 2:
            order = "ymd"
        elif order == "ymd" and len(third) > 2:
            order = "dmy"
        parts = {order[0]: first, order[1]: second, order[2]: third}
        return _days(parts["y"], parts["m"], parts["d"], time)
    if found := DIGITS.fullmatch(cell):
        year, month, day, *time = found.groups()
        return _days(year, month, day, time)
    if found := MONTH_OF_YEAR.fullmatch(cell):
        return _days(found.group(1), found.group(2), "1", [])
    if found := DAY_FIRST.fullmatch(cell):
        day, word, year, *time = found.groups()
        return _days(year, _month(word), day, time)
    if found := MONTH_FIRST.fullmatch(cell):
        word, day, year, *time = found.groups()
        return _days(year, _month(word), day, time)
    return NAN


def _month(word: str) -> str:
    """Returns the number of a month that a word, or its beginning, names; 0 for none."""
    small = word.lower()
    found = [at for at, month in enumerate(MONTHS, 1) if month.startswith(small)]
    return str(found[0]) if found else "9" if small == "sept" else "0"


def _days(year: str, month: str, day: str, time: list[str | None]) -> float:
    if len(year) == 3 or len(day) > 2 or len(month) > 2:
        return NAN
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 70 else 2000)
    try:
        date = datetime.date(full, int(month), int(day)).toordinal() - EPOCH
    except ValueError:  # No such day, or year 0.
        return NAN
    hour, minute, second, fraction, half, zone = [*time, *[None] * 6][:6]
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    if half:
        if not 1 <= hours <= 12:
            return NAN
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    if hours > 24 or minutes > 59 or seconds > 60:
        return NAN
    part = int(fraction) / 10 ** len(fraction) if fraction else 0.0
    return date + (hours * 3600 + minutes * 60 + seconds + part - _offset(zone)) / 86400


def _offset(zone: str | None) -> int:
    """Returns the seconds that a zone such as +02:00 is ahead."""
    if not zone or zone[0] not in "+-":
        return 0
    size = int(zone[1:3]) * 3600 + int(zone[3:].lstrip(":") or 0) * 60
    return -size if zone[0] == "-" else size


def _float(cell: object) -> float:
    try:
        return float(cell)  # type: ignore[arg-type]
    except OverflowError:  # A whole number of Python is as large as it likes.
        return LARGEST if cell > 0 else -LARGEST  # type: ignore[operator]
    except (TypeError, ValueError):
        return NAN


def float32(value: float) -> float:
    """Returns a number rounded to float32, the largest one for what is too large."""
    if abs(value) > LARGEST:  # Not so for NaN.
        return math.copysign(LARGEST, value)
    rounded: float = struct.unpack("<f", struct.pack("<f", value))[0]
    return rounded
