"""The table of recipes, for people and as JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from automl.compression.ladder_rows import Row, ladder_of
from automl.run import Run
from automl.tasks.metrics import metric_of
from automl.units import format_duration, format_latency, format_size

_STYLES = {
    "chosen": "bold",
    "failed": "red",
    "lost too much": "yellow",
    "saved nothing": "yellow",
    "not tried": "dim",
}


def ladder_rows(run: Run) -> list[dict[str, Any]]:
    """Returns the ladder, JSON-ready."""
    return [row.to_dict() for row in ladder_of(run)]


def print_ladder(run: Run) -> None:
    """Prints the ladder and the reason of the choice on stdout."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 150  # No screen to fit into.
    metric = metric_of(run.metric)
    table = Table(box=None, pad_edge=False, padding=(0, 1), header_style="bold")
    for name in ("trial", "recipe"):
        table.add_column(name, no_wrap=True)
    for name in ("bytes", "gzipped", metric.label, "latency", "RAM", "training"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("outcome")
    for row in ladder_of(run):
        cells = (*_figures(row), metric.format(row.quality), *_costs(row))
        table.add_row(*cells, _words(row), style=_STYLES.get(row.outcome, ""))
    console.print(table)
    console.print(
        f"{metric.label}: on validation examples; RAM: the interpreter's arena", style="dim"
    )
    if run.choice is not None:
        console.print()
        console.print(run.choice.reason)


def _figures(row: Row) -> tuple[str, ...]:
    sizes = (f"{row.size:,}", f"{row.gzip_size:,}") if row.size else ("-", "-")
    return (str(row.trial), row.recipe, *sizes)


def _costs(row: Row) -> tuple[str, ...]:
    return (
        "-" if row.latency_ms is None else format_latency(row.latency_ms),
        "-" if row.ram is None else format_size(row.ram),
        format_duration(row.seconds) if row.seconds else "-",
    )


def _words(row: Row) -> str:
    if row.gzip_ratio is None or not row.seconds:
        return row.words
    return f"{row.words} ({row.size_ratio:.2f}x, gzipped {row.gzip_ratio:.2f}x of {row.beside})"
