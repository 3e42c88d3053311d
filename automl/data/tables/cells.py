"""The cells of one column, whatever type a file or frame gives them."""

from __future__ import annotations

import datetime
import decimal as decimals
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from automl.preprocessing.reference.table_row import SPACES, days, number
from automl.preprocessing.table import MISSING

if TYPE_CHECKING:
    import numpy as np
    import pandas

_EPOCH = "1970-01-01"
_MISSING = frozenset(MISSING)
#: Words that pandas reads as infinite, which is no gap that a user knows of.
_INFINITE = ("inf", "infinity")


@dataclass(frozen=True, eq=False)
class Cells:
    """One column.

    Text is kept once per different value, so that a column of ten categories is
    parsed ten times and not once a row.

    Attributes:
        name: Name of the column.
        kind: What the cells are: ``"number"``, ``"date"``, ``"text"``, or
            ``"other"`` for lists, bytes and such.
        values: Numbers, or days since 1970-01-01; float64, NaN where not known.
            Empty for text.
        codes: Which of `texts` each cell of text is, -1 where it is not known.
        texts: The different texts, without spaces around them, in normalization
            form C, in the order they come.
    """

    name: str
    kind: str
    values: np.ndarray
    codes: np.ndarray
    texts: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Returns the number of cells."""
        return len(self.codes) if self.kind == "text" else len(self.values)

    @cached_property
    def _parsed(self) -> dict[str, np.ndarray]:
        """What has been read so far, by decimal mark or order of dates."""
        return {}

    @cached_property
    def known(self) -> np.ndarray:
        """Whether each cell holds something; an infinite number does."""
        import numpy as np

        known: np.ndarray = self.codes >= 0 if self.kind == "text" else ~np.isnan(self.values)
        return known

    @cached_property
    def distinct(self) -> int:
        """Number of different values."""
        import numpy as np

        if self.kind == "text":
            return len(np.unique(self.codes[self.codes >= 0]))
        return len(np.unique(self.values[self.known]))

    def numbers(self, decimal: str) -> np.ndarray:
        """Returns the cells as numbers, float64: NaN where they are none, or infinite.

        Args:
            decimal: Decimal mark of numbers in text.
        """
        import numpy as np
        import pandas

        if self.kind != "text":
            return self.values
        if decimal in self._parsed:
            return self._parsed[decimal]
        parsed = np.full(len(self.texts) + 1, np.nan)
        if self.texts:
            fast = self.texts
            if decimal == ",":
                fast = tuple("" if "." in text else text.replace(",", ".") for text in self.texts)
            parsed[:-1] = pandas.to_numeric(pandas.Series(fast, dtype="str"), errors="coerce")
            for at in np.flatnonzero(~np.isfinite(parsed[:-1])):
                if self.texts[at].lower().lstrip("+-") not in _INFINITE:
                    parsed[at] = number(self.texts[at], decimal)
        return self._parsed.setdefault(decimal, parsed[self.codes])

    def days(self, order: str) -> np.ndarray:
        """Returns the cells as days since 1970-01-01, float64; NaN where they are no dates.

        Args:
            order: Order of day, month and year in text.
        """
        import numpy as np

        if self.kind != "text":
            return self.values
        if order not in self._parsed:
            parsed = np.array([*(days(text, order) for text in self.texts), np.nan])
            self._parsed[order] = parsed[self.codes]
        return self._parsed[order]

    def categories(self) -> Cells:
        """Returns the cells as text: numbers as they are written, whole ones without a point."""
        import numpy as np

        if self.kind == "text":
            return self
        found, codes = np.unique(self.values, return_inverse=True)
        texts = tuple(written(value) for value in found if not np.isnan(value))
        codes = np.where(self.known, codes, -1)
        return Cells(self.name, "text", self.values[:0], codes, texts)

    def strings(self) -> list[str]:
        """Returns every cell as text, ``""`` where it is not known."""
        cells = self.categories()
        texts = (*cells.texts, "")
        return [texts[code] for code in cells.codes.tolist()]

    def rows(self, kept: Any) -> Cells:
        """Returns the cells of some rows."""
        if self.kind == "text":
            return Cells(self.name, self.kind, self.values, self.codes[kept], self.texts)
        return Cells(self.name, self.kind, self.values[kept], self.codes)


def written(value: float) -> str:
    """Returns a number as people write it: whole ones without a point."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def read_cells(name: str, series: pandas.Series) -> Cells:
    """Returns the cells of a pandas column."""
    import numpy as np
    import pandas

    none = np.zeros(0)
    dtype = series.dtype
    types = pandas.api.types
    if isinstance(dtype, pandas.CategoricalDtype):
        return read_cells(name, series.astype(dtype.categories.dtype).reset_index(drop=True))
    if types.is_bool_dtype(dtype):
        return _texts(name, series.map({True: "True", False: "False"}).astype("str"))
    if types.is_datetime64_any_dtype(dtype):
        return Cells(name, "date", _days(series), none)
    if types.is_timedelta64_dtype(dtype):
        return Cells(name, "number", (series / pandas.Timedelta(days=1)).to_numpy(float), none)
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        return Cells(name, "number", series.to_numpy(np.float64, na_value=np.nan), none)
    if types.is_string_dtype(dtype) and not types.is_object_dtype(dtype):
        return _texts(name, series)
    if types.is_object_dtype(dtype):
        return _objects(name, series)
    return Cells(name, "other", np.full(len(series), np.nan), none)


def _objects(name: str, series: pandas.Series) -> Cells:
    """Returns the cells of a column of Python objects by what they are."""
    import numpy as np
    import pandas

    known = series[series.notna()]
    types = set(map(type, known.to_numpy(object)))
    numbers = (int, float, decimals.Decimal, np.integer, np.floating)
    if not types or all(issubclass(each, str) for each in types):
        return _texts(name, series)
    if all(issubclass(each, numbers) and each is not bool for each in types):
        floats = [float(value) if value is not None else np.nan for value in series.where(
            series.notna(), None)]  # fmt: skip
        return Cells(name, "number", np.array(floats, np.float64), np.zeros(0))
    if all(issubclass(each, datetime.date | np.datetime64) for each in types):
        dates = pandas.to_datetime(series, utc=True, errors="coerce")
        return Cells(name, "date", _days(dates), np.zeros(0))
    if all(issubclass(each, (str, bool, *numbers)) for each in types):
        return _texts(name, series.map(_written, na_action="ignore").astype("str"))
    return Cells(name, "other", np.full(len(series), np.nan), np.zeros(0))


def _written(value: Any) -> str:
    if isinstance(value, str | bool):
        return str(value)
    return written(float(value))


def _days(series: pandas.Series) -> np.ndarray:
    import numpy as np
    import pandas

    zone = "UTC" if getattr(series.dtype, "tz", None) is not None else None
    since: Any = (series - pandas.Timestamp(_EPOCH, tz=zone)) / pandas.Timedelta(days=1)
    values: np.ndarray = since.to_numpy(np.float64, na_value=np.nan)
    return values


def _texts(name: str, series: pandas.Series) -> Cells:
    """Returns cells of text; those that `MISSING` lists are not known."""
    import numpy as np
    import pandas

    # As plain objects: reading one cell of an Arrow column costs more than parsing it.
    codes, found = pandas.factorize(series.to_numpy(object), use_na_sentinel=True)
    places: dict[str, int] = {}
    moved = np.full(len(found) + 1, -1)
    for at, text in enumerate(found):
        plain = str(text).strip(SPACES)
        if not plain.isascii():
            plain = unicodedata.normalize("NFC", plain)
        if plain not in _MISSING:
            moved[at] = places.setdefault(plain, len(places))
    return Cells(name, "text", np.zeros(0), moved[codes], tuple(places))


def plain_cells(series: pandas.Series) -> list[Any]:
    """Returns cells as an encoder takes them: text, numbers, truth values or None."""
    import math

    import pandas

    if pandas.api.types.is_object_dtype(series.dtype):
        return [_plain(value) for value in series]
    cells = read_cells(str(series.name), series)
    if cells.kind == "text":
        texts = (*cells.texts, None)
        return [texts[code] for code in cells.codes.tolist()]
    return [None if math.isnan(value) else value for value in cells.values.tolist()]


def _plain(value: Any) -> Any:
    """Returns a Python object as an encoder takes it."""
    import pandas

    if isinstance(value, str | bool | int | float) or value is None:
        return value
    if isinstance(value, list | dict | tuple | bytes):
        return None
    (cell,) = plain_cells(pandas.Series([value]).infer_objects())
    return cell
