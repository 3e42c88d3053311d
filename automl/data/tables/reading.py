"""Files of tables to pandas frames."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl.data.base import Skipped
from automl.data.tables.delimited import read_delimited
from automl.errors import MissingPartError, UserInputError
from automl.preprocessing.text_file import read_text

if TYPE_CHECKING:
    import pandas

#: End of a file's name -> what is in it; ``.gz`` may follow.
FORMATS = {
    ".csv": "delimited",
    ".tsv": "delimited",
    ".tab": "delimited",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".parquet": "parquet",
}


@dataclass(frozen=True, eq=False)
class Table:
    """A table as it stands in a file.

    Attributes:
        frame: Its cells: text where the file has no types. Names of columns
            differ from each other; one that has none is called ``""``.
        lines: Number of the line of each row; empty where rows are counted.
        notes: What a person should know of the reading.
        skipped: Rows that could not be read.
    """

    frame: pandas.DataFrame
    lines: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def places(self) -> list[str]:
        """Where each row is."""
        if self.lines:
            return [f"line {line}" for line in self.lines]
        return [f"row {number}" for number in range(1, len(self.frame) + 1)]

    def records(self) -> list[dict[str, Any]]:
        """Returns the cells of each row by column: text, numbers, truth values or None."""
        from automl.data.tables.cells import plain_cells

        columns = {str(name): plain_cells(self.frame[name]) for name in self.frame.columns}
        names = list(columns)
        return [
            dict(zip(names, cells, strict=True)) for cells in zip(*columns.values(), strict=True)
        ]


def format_of(name: str) -> str:
    """Returns what a file holds by the end of its name: a value of `FORMATS`, or ``""``."""
    small = name.lower().removesuffix(".gz")
    return next((kind for suffix, kind in FORMATS.items() if small.endswith(suffix)), "")


def has_tabs(name: str) -> bool:
    """Returns whether a file is one of tabs, by the end of its name."""
    return name.lower().removesuffix(".gz").endswith((".tsv", ".tab"))


def read_table(path: Path) -> Table:
    """Reads a table.

    Raises:
        UserInputError: If it cannot be read or holds no row.
        MissingPartError: If it is Parquet and `pyarrow` is not installed.
    """
    if not path.is_file():
        raise UserInputError(f"A table must be an existing file. Received: {path}.")
    kind = format_of(path.name)
    table = _parquet(path) if kind == "parquet" else _text(path, kind)
    if not len(table.frame):
        lost = f"; {len(table.skipped):,} could not be read" if table.skipped else ""
        raise UserInputError(
            f"A table needs a header and rows. Received: {path} without rows{lost}."
        )
    return table


def _text(path: Path, kind: str) -> Table:
    try:
        decoded = read_text(path)
    except UserInputError as error:
        raise UserInputError(f"{path} {error}.") from error
    if not decoded.text.strip():
        raise UserInputError(f"A table needs a header and rows. Received: {path}, which is empty.")
    notes = () if decoded.encoding == "utf-8" else (f"The file is read as {decoded.encoding}.",)
    if kind == "lines":
        return _lines(decoded.text, notes)
    return _delimited(decoded.text, has_tabs(path.name), notes)


def _delimited(text: str, tabs: bool, notes: tuple[str, ...]) -> Table:
    import pandas

    found = read_delimited(text, tabs=tabs)
    names, renamed = unique_names(found.header)
    # Plain objects: a column of Arrow text for each of thousands of columns takes minutes.
    columns = (
        zip(*(row.fields for row in found.rows), strict=True) if found.rows else [()] * len(names)
    )
    frame = pandas.DataFrame(dict(zip(names, columns, strict=True)), dtype=object)
    lines = tuple(row.line for row in found.rows)
    return Table(frame, lines, (*notes, *found.notes, *renamed), found.skipped)


def _lines(text: str, notes: tuple[str, ...]) -> Table:
    """Reads one JSON object per line, or one list of them."""
    import pandas

    records, lines, skipped = [], [], []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            skipped.append(Skipped(f"line {number}", "is no JSON"))
            continue
        if isinstance(record, dict):
            records.append(record)
            lines.append(number)
        else:
            skipped.append(Skipped(f"line {number}", "is no JSON object"))
    if not records and text.lstrip().startswith("["):
        try:
            records = [each for each in json.loads(text) if isinstance(each, dict)]
        except json.JSONDecodeError:
            records = []
        lines, skipped = [], [] if records else skipped
    names = list(dict.fromkeys(name for record in records for name in record))
    data = {name: pandas.Series([r.get(name) for r in records], dtype=object) for name in names}
    return Table(pandas.DataFrame(data), tuple(lines), notes, tuple(skipped))


def _parquet(path: Path) -> Table:
    import pandas

    try:
        import pyarrow
    except ImportError as error:
        raise MissingPartError(
            "Parquet needs pyarrow. Install it: pip install 'automl[parquet]'."
        ) from error
    try:
        frame = pandas.read_parquet(path, engine="pyarrow")
    except (OSError, ValueError, pyarrow.ArrowException) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise UserInputError(f"{path} cannot be read as Parquet: {reason}.") from error
    return framed(frame)


def framed(frame: pandas.DataFrame) -> Table:
    """Returns a frame as a table: an index with a name becomes a column."""
    import pandas

    if not isinstance(frame.index, pandas.RangeIndex):
        dated = isinstance(frame.index, pandas.DatetimeIndex)
        named = [name for name in frame.index.names if name is not None]
        if named or dated:
            if dated and not named:
                frame = frame.rename_axis("time")
            taken = [name for name in frame.index.names if name in frame.columns]
            frame = frame.reset_index(drop=bool(taken))
        else:
            frame = frame.reset_index(drop=True)
    names, notes = unique_names([
        "_".join(map(str, name)) if isinstance(name, tuple) else str(name)
        for name in frame.columns
    ])  # fmt: skip
    return Table(frame.set_axis(names, axis=1), notes=notes)


def unique_names(header: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Returns names that differ from each other, and what to say of those that did not."""
    names: dict[str, None] = {}
    renamed = []
    stripped = [name.strip() for name in header]
    counts = Counter(stripped)
    for at, name in enumerate(stripped):
        # A first column without a name is what pandas and R write before each row.
        new = name or ("" if at == 0 else f"column_{at + 1}")
        again = 2
        while new in names or (new != name and new in counts):
            new = f"{name or 'column'}_{again}"
            again += 1
        if name and new != name:
            renamed.append(f"{name!r} is called {new!r}")
        names[new] = None
    notes: tuple[str, ...] = ()
    if renamed:
        more = f" and {len(renamed) - 5:,} more" if len(renamed) > 5 else ""
        notes = (f"Columns of one name: the next {', the next '.join(renamed[:5])}{more}.",)
    return list(names), notes
