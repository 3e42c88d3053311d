"""`automl datasets`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from automl.errors import MissingPartError
from automl.units import format_size
from search_spaces.registry import nearest

if TYPE_CHECKING:
    from automl.data.catalogue import Entry

#: Characters of a line that names and tasks may take; longer names are folded.
_LONGEST_NAME, _LONGEST_TASK = 36, 30
#: Characters from which on a description says something.
_LEAST_ABOUT = 30


@click.command(name="datasets", short_help="List data sets that are known by name.")
@click.option("--search", metavar="WORD", help="Only those with WORD in name, task or description.")
@click.option("--data-dir", metavar="FOLDER", help="Where tensorflow_datasets keeps its files.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(search: str | None, data_dir: str | None, as_json: bool) -> None:
    """List data sets that are known by name: installed ones, then the TFDS catalogue.

    Nothing is downloaded. Sizes are of all files that a set may download.
    """
    from automl.data.catalogue import bundled, catalogued

    entries = bundled()
    try:
        entries += catalogued(data_dir or "")
    except MissingPartError as error:
        click.echo(str(error), err=True)
    words = (search or "").lower().split()
    found = [entry for entry in entries if entry.has(words)]
    if as_json:
        click.echo(json.dumps([entry.to_dict() for entry in found], indent=2))
        return
    if not found:
        known = [entry.data.removeprefix("tfds:") for entry in entries]
        click.echo(
            f"No data set has {search!r} in its name, task or description."
            f"{nearest((search or '').lower(), known)} Try another word, e.g. a task (regression),"
            " or see them all with: automl datasets",
            err=True,
        )
        return
    _print(found)


def _print(entries: list[Entry]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if not console.is_terminal:
        for entry in entries:
            click.echo(f"{entry.data}\t{', '.join(entry.tasks) or '-'}\t{_size(entry)}")
        return
    tasks = [_tasks(entry) for entry in entries]
    names = min(_LONGEST_NAME, max(len(entry.data) for entry in entries))
    longest = min(_LONGEST_TASK, max(map(len, tasks)))
    table = Table(box=None, pad_edge=False)
    table.add_column("data", overflow="fold", width=names)
    table.add_column("task", no_wrap=True, width=longest, overflow="ellipsis")
    table.add_column("download", justify="right", no_wrap=True, width=8)
    left = console.width - names - longest - 8 - 6
    if wide := left >= _LEAST_ABOUT and any(entry.about for entry in entries):
        table.add_column("about", no_wrap=True, overflow="ellipsis", width=left)
    for entry, task in zip(entries, tasks, strict=True):
        table.add_row(entry.data, task, _size(entry), *([entry.about] if wide else []))
    console.print(table)
    console.print(f"{len(entries)} data sets. Search one with: automl search {entries[0].data}")


def _tasks(entry: Entry) -> str:
    return ", ".join(entry.tasks[:2]) + (", ..." if len(entry.tasks) > 2 else "") or "-"


def _size(entry: Entry) -> str:
    return "on disk" if entry.on_disk else format_size(entry.size)
