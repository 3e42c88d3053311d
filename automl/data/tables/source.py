"""Files of tables: CSV, TSV, JSON lines, Parquet."""

from __future__ import annotations

from pathlib import Path

from automl.data.base import RawData, Source
from automl.data.options import ReadOptions


class TableSource(Source):
    """A table with a header, one row for each example or step of time.

    Rows of numbers, dates and categories are classified or give numbers; a column
    of texts makes it a table of texts, one of paths a table of files; a column of
    time and numbers to learn make it a series to forecast.
    """

    name = "table"
    pattern = "FILE.csv (.tsv, .jsonl, .parquet)"
    heeds = frozenset(
        {
            *("task", "target", "columns", "time_column", "horizon", "lookback", "group"),
            *("image_size", "color", "sample_rate", "seconds", "length", "vocabulary", "memory"),
        }
    )

    @classmethod
    def matches(cls, uri: str) -> bool:
        """Returns whether `uri` ends like a table; ``.gz`` may follow, but for Parquet."""
        small = uri.lower()
        plain = (".csv", ".tsv", ".tab", ".jsonl", ".ndjson")
        return small.endswith((*plain, ".parquet", *(f"{end}.gz" for end in plain)))

    def check(self, uri: str, options: ReadOptions) -> None:
        """Refuses names of columns that the header does not hold.

        Raises:
            UserInputError: If one is wrong.
        """
        from automl.data.tables.header import check_columns, names_in

        names = names_in(Path(uri))
        if names is not None:
            check_columns(names, options)

    def load(self, uri: str, options: ReadOptions) -> RawData:
        """Reads the table.

        Args:
            uri: Path of the file.
            options: What the user said of its columns.

        Raises:
            UserInputError: If it cannot be read, or nothing can be learned from it.
            MissingPartError: If it is Parquet and `pyarrow` is not installed.
        """
        from automl.data.tables.building import from_table
        from automl.data.tables.reading import read_table

        path = Path(uri)
        return from_table(read_table(path), options, path.parent)
