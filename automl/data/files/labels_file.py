"""The rows of ``labels.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from automl.data.base import Skipped
from automl.errors import UserInputError

NAMES = ("labels.csv", "labels.tsv")


@dataclass(frozen=True)
class Table:
    """The rows of a table of labels.

    Attributes:
        path: The file.
        columns: Name of each column.
        rows: Line number and cells of each row, as many as there are columns.
        skipped: Rows that could not be read.
        notes: What a person should know.
    """

    path: Path
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[str, ...] = ()

    def column(self, name: str) -> list[str]:
        """Returns the cells of a column."""
        at = self.columns.index(name)
        return [cells[at] for _, cells in self.rows]

    def only(self, kept: Sequence[int], skipped: Iterable[Skipped] = ()) -> Table:
        """Returns the table with some of its rows, and what was skipped added to the rest."""
        rows = tuple(self.rows[at] for at in kept)
        return Table(self.path, self.columns, rows, (*self.skipped, *skipped), self.notes)


def find_table(root: Path) -> Path | None:
    """Returns the table of labels in a folder, or None."""
    try:
        found = sorted(path for path in root.iterdir() if path.name.lower() in NAMES)
    except OSError:
        return None  # `scan` says so.
    return next((path for path in found if path.is_file()), None)


def read_table(path: Path) -> Table:
    """Reads a table: comma, semicolon or tab, quotes, UTF-8 or, with a note, Windows-1252.

    Raises:
        UserInputError: If there are no rows.
    """
    content = path.read_bytes()
    notes: tuple[str, ...] = ()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
        notes = (f"{path.name} is no UTF-8: read as Windows-1252.",)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    rows: list[tuple[int, tuple[str, ...]]] = []
    skipped: list[Skipped] = []
    columns: tuple[str, ...] = ()
    try:
        for cells in lines:
            plain = tuple(cell.strip() for cell in cells)
            if not any(plain):
                continue
            if not columns:
                columns = plain
            elif len(plain) != len(columns):
                reason = f"has {len(plain)} cells, not {len(columns)}"
                skipped.append(Skipped(f"{path.name} line {lines.line_num}", reason))
            else:
                rows.append((lines.line_num, plain))
    except csv.Error as error:
        raise UserInputError(f"{path} cannot be read in line {lines.line_num}: {error}.") from error
    if not rows:
        raise UserInputError(
            f"{path} must hold a row of column names and a row for each file. Received:"
            f" {'nothing' if not columns else f'{len(skipped)} rows that fit the names'}."
        )
    repeated = sorted({name for name in columns if columns.count(name) > 1})
    if repeated:
        raise UserInputError(f"{path} must name each column once. Received: {repeated[0]!r} twice.")
    return Table(path, columns, tuple(rows), tuple(skipped), notes)


def _delimiter(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",\t;", key=first.count)
