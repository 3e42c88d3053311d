"""Markdown: text that holds no marks of its own, and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

#: Characters that mean something inside a line of Markdown or begin HTML.
_MARKS = re.compile(r"([\\`*_{}\[\]<>|#])")


def plain(text: object) -> str:
    """Returns a text on one line that Markdown shows as it is."""
    return _MARKS.sub(r"\\\1", " ".join(str(text).split()))


def code(text: object) -> str:
    """Returns a text on one line in a fixed-width font."""
    line = " ".join(str(text).split()).replace("`", "'")
    return f"`{line}`"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Returns the lines of a table; cells of text are made plain."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    for row in rows:
        cells = (cell if isinstance(cell, Cell) else plain(cell) for cell in row)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


class Cell(str):
    """A cell that is Markdown already."""

    __slots__ = ()
