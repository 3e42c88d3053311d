"""A table of labels beside the files: which column names them, which says what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from automl.data.base import Skipped
from automl.data.files.class_folders import given_splits
from automl.data.files.labels_file import Table
from automl.data.files.labels_learned import TASK_OF_TYPE, LearnedColumns
from automl.data.files.listing import Listing, listing_of
from automl.data.files.scanning import Found
from automl.data.files.split_names import split_named
from automl.data.options import ReadOptions
from automl.errors import UserInputError

#: What a column that says the split is called, in lower case.
_SPLIT_COLUMNS = ("split", "set", "subset", "partition")
_GROUP_COLUMN = "group"
#: What the column to be learned is called where several could be it, in lower case.
_LABEL_COLUMNS = ("label", "labels", "class", "target", "category", "y")
#: Share of the rows whose file must be found for a column to be the one of files.
_LEAST_FOUND = 0.1


def list_table(root: Path, files: Sequence[Found], table: Table, options: ReadOptions) -> Listing:
    """Lists files by a table of labels.

    Args:
        root: The folder that the files lie in.
        files: Files of one kind below it.
        table: The rows.
        options: ``target``, ``group``, ``columns`` and ``task`` choose and read columns.

    Raises:
        UserInputError: If no column names files or it is unclear which to learn.
    """
    _check_named(table, options)
    table = _with_header(files, table)
    where = _Files(files)
    name_column = _file_column(table, where, options)
    table, positions = _matched(table, name_column, where)
    split_column = _split_column(table, name_column, options)
    group_column = options.group or _one_called(table, (_GROUP_COLUMN,))
    if group_column in options.target:
        group_column = ""
    left = [name for name in table.columns if name not in (name_column, split_column, group_column)]
    targets = options.target or _targets(table, left)
    _check_types(table, tuple(targets), options)
    learned = LearnedColumns(table, tuple(targets), options)
    rows = learned.kept
    seen = {positions[at] for at in rows} | {positions[at] for at in learned.lost}
    unnamed = [
        Skipped(file.name, f"is not named in {table.path.name}")
        for position, file in enumerate(files)
        if position not in seen
    ]
    splits = _splits(root, files, table, split_column, positions)
    groups = table.column(group_column) if group_column else None
    notes = [*table.notes]
    if split_column:
        notes.append(f"Column {split_column!r} of {table.path.name} says the splits.")
    if group_column:
        notes.append(f"Files of one {group_column!r} stay in one split.")
    return listing_of(
        root,
        [files[positions[at]].path for at in rows],
        labels=learned.labels,
        values=learned.values,
        kind=learned.kind,
        names=learned.names,
        splits=[splits[at] for at in rows] if splits else [],
        groups=[groups[at] for at in rows] if groups else None,
        skipped=(*table.skipped, *learned.skipped, *unnamed),
        notes=notes,
        why=learned.why,
    )


class _Files:
    """Finds the file that a cell names: by path, by name, by name without suffix."""

    def __init__(self, files: Sequence[Found]) -> None:
        self._by_path: dict[str, int] = {}
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for position, file in enumerate(files):
            below = PurePosixPath(*file.parts)
            self._by_path[str(below)] = position
            self._by_path.setdefault(str(below.with_suffix("")), position)
            for name in {below.name, below.stem}:
                self._by_name[name].append(position)

    def find(self, cell: str) -> int | None:
        """Returns the file's position, or None if there is no such or more than one."""
        path = str(PurePosixPath(cell.replace("\\", "/")))
        if path in self._by_path:
            return self._by_path[path]
        several = self._by_name.get(PurePosixPath(path).name, [])
        return several[0] if len(several) == 1 else None


def _with_header(files: Sequence[Found], table: Table) -> Table:
    """Returns the table with invented names where its first row names a file already."""
    where = _Files(files)
    if all(where.find(name) is None or not Path(name).suffix for name in table.columns):
        return table
    columns = tuple(
        "file" if where.find(name) is not None else "label" if len(table.columns) == 2
        else f"column {at + 1}" for at, name in enumerate(table.columns)
    )  # fmt: skip
    note = f"{table.path.name} has no column names: its columns are called {', '.join(columns)}."
    rows = ((1, table.columns), *table.rows)
    return Table(table.path, columns, rows, table.skipped, (*table.notes, note))


def _check_named(table: Table, options: ReadOptions) -> None:
    wanted = [*options.target, *options.columns, *([options.group] if options.group else [])]
    for name in wanted:
        if name not in table.columns:
            raise UserInputError(
                f"{table.path} has no column {name!r}. Its columns: {', '.join(table.columns)}."
            )


def _check_types(table: Table, targets: tuple[str, ...], options: ReadOptions) -> None:
    for name, kind in options.columns.items():
        if name not in targets or kind not in TASK_OF_TYPE:
            raise UserInputError(
                f"--column says of {' and '.join(targets)}, which are learned from"
                f" {table.path.name}, whether they hold {' or '.join(TASK_OF_TYPE)}."
                f" Received: {name}={kind}."
            )


def _file_column(table: Table, where: _Files, options: ReadOptions) -> str:
    free = [name for name in table.columns if name not in (*options.target, options.group)]
    found = {
        name: sum(where.find(cell) is not None for cell in table.column(name)) for name in free
    }
    best = max(free, key=lambda name: found[name], default="")
    if not best or found[best] < max(1, _LEAST_FOUND * len(table.rows)):
        first = ", ".join(table.rows[0][1])
        raise UserInputError(
            f"One column of {table.path} must name the files beside it."
            f" Received: rows such as {first!r}, which name none."
        )
    return best


def _matched(table: Table, name_column: str, where: _Files) -> tuple[Table, list[int]]:
    """Returns the rows whose file is there, once each, and the positions of their files."""
    kept: list[int] = []
    positions: list[int] = []
    skipped: list[Skipped] = []
    seen: dict[int, int] = {}
    for at, cell in enumerate(table.column(name_column)):
        line, cells = table.rows[at]
        place = f"{table.path.name} line {line}"
        position = where.find(cell)
        if position is None:
            skipped.append(Skipped(f"{place}: {cell}", "names no file of the folder, or several"))
        elif position not in seen:
            seen[position] = at
            kept.append(at)
            positions.append(position)
        elif table.rows[seen[position]][1] == cells:
            skipped.append(Skipped(f"{place}: {cell}", "repeats an earlier line"))
        else:
            raise UserInputError(
                f"{table.path} must say one thing of each file. Received: {cell} in lines"
                f" {table.rows[seen[position]][0]} and {line}. Several labels go into one cell,"
                " separated by ;."
            )
    return table.only(kept, skipped), positions


def _split_column(table: Table, name_column: str, options: ReadOptions) -> str:
    """Returns the column that says the split, if all its values do."""
    name = _one_called(table, _SPLIT_COLUMNS)
    if not name or name == name_column or name in (*options.target, options.group):
        return ""
    cells = set(table.column(name))
    if all(split_named(cell) for cell in cells) and any(split_named(c) == "train" for c in cells):
        return name
    strange = next((cell for cell in sorted(cells) if not split_named(cell)), "no train")
    raise UserInputError(
        f"Column {name!r} of {table.path} must say train, validation or test, train at least once."
        f" Received: {strange!r}. Rename the column if it says something else."
    )


def _splits(
    root: Path, files: Sequence[Found], table: Table, split_column: str, positions: list[int]
) -> list[str]:
    """Returns the split of each row: of its column, or of the folder its file lies in."""
    if split_column:
        return [split_named(cell) for cell in table.column(split_column)]
    given = given_splits(root, files)
    return [given.get(files[position].parts[0], "") for position in positions] if given else []


def _one_called(table: Table, names: Sequence[str]) -> str:
    return next((name for name in table.columns if name.lower() in names), "")


def _targets(table: Table, left: list[str]) -> tuple[str, ...]:
    """Returns the columns to be learned, where the user does not say."""
    if len(left) == 1:
        return (left[0],)
    called = [name for name in left if name.lower() in _LABEL_COLUMNS]
    if called:
        return (called[0],)
    if left and all(set(table.column(name)) <= {"0", "1"} for name in left):
        return tuple(left)
    raise UserInputError(
        f"It is unclear what to learn from {table.path}. Received: columns"
        f" {', '.join(table.columns)}. Say it with --target COLUMN."
    )
