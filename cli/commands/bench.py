"""`automl bench FILE`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from automl.verify.benchmarking import Benchmark, Row

#: Operators that are shown; --json has all.
_SHOWN = 12
_LONGEST_NAME = 44


@click.command(name="bench", short_help="Measure an exported file: latency, memory, operators.")
@click.argument("file", metavar="FILE", type=click.Path())
@click.option(
    "--runtime", "runtimes", metavar="NAME", multiple=True,
    help="Use only these: litert, litertjs, tfjs-cpu, tfjs-wasm, tfjs-chromium-wasm,"
    " tfjs-chromium-webgl, saved-model, keras, onnxruntime, tflm; repeatable."
    "  [default: all but those that start a browser]",
)  # fmt: skip
@click.option(
    "--threads", metavar="N", type=click.IntRange(min=1), multiple=True,
    help="Numbers of threads, where a runtime can use several; repeatable.  [default: 1, 2, 4]",
)  # fmt: skip
@click.option("--no-profile", is_flag=True, help="Do not measure single operators.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--quiet", is_flag=True, help="No progress.")
def command(
    file: str,
    runtimes: tuple[str, ...],
    threads: tuple[int, ...],
    no_profile: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Measure what FILE (model.tflite, model.json, ...) costs here for one example, warm.

    Each row is a process, or a page, of its own. RAM is what the file takes over
    the idle runtime. Operators are timed on the fewest threads: by the profilers
    of TF.js and onnxruntime; for LiteRT, which has none in Python, each one as a
    file of its own, so that what is fused across operators counts in full.
    """
    from automl.errors import VerificationError
    from automl.registry import RUNTIMES
    from automl.verify.benchmarking import THREADS, benchmark

    from ..screen import observer

    for name in runtimes:
        RUNTIMES.path(name)
    with observer(quiet=quiet) as watching:
        found = benchmark(
            file, runtimes, threads or THREADS, profile=not no_profile, say=watching.stage
        )
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
    else:
        _print(found)
    if all(row.timing is None for row in found.rows):
        raise VerificationError("; ".join(f"{row.runtime}: {row.reason}" for row in found.rows))


def _print(found: Benchmark) -> None:
    from rich.console import Console
    from rich.table import Table

    from automl.units import format_latency, format_size

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 120  # No screen to fit into.
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("runtime", no_wrap=True)
    for name in ("threads", "median", "p95", "load", "RAM"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in found.rows:
        timing = row.timing
        if timing is None:
            table.add_row(row.runtime, str(row.threads), *"----")
            continue
        table.add_row(
            row.runtime,
            str(row.threads),
            format_latency(timing.latency_ms),
            format_latency(timing.latency_p95_ms),
            format_latency(timing.load_ms),
            format_size(timing.memory),
        )
    console.print(f"{found.file}  {format_size(found.size)}", soft_wrap=True)
    console.print(table)
    for row in found.rows:
        if row.timing is None:
            console.print(f"{row.runtime}, {row.threads}: {row.reason}", style="yellow")
    for row in found.rows:
        if row.timing is not None and row.timing.operators:
            _print_operators(row, console)


def _print_operators(row: Row, console: object) -> None:
    from rich.console import Console
    from rich.table import Table

    from automl.units import format_latency

    operators = sorted(row.operators(), key=lambda each: -(each["share"] or 0.0))
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(f"operators, {row.runtime}", no_wrap=True)
    table.add_column("time", justify="right")
    table.add_column("share", justify="right")
    table.add_column("of", overflow="fold")
    for each in operators[:_SHOWN]:
        share = "-" if each["share"] is None else f"{each['share']:.1%}"
        table.add_row(
            each["kind"], format_latency(each["latency_ms"]), share, each["name"][-_LONGEST_NAME:]
        )
    if isinstance(console, Console):
        console.print()
        console.print(table)
        if len(operators) > _SHOWN:
            console.print(f"and {len(operators) - _SHOWN} more; --json has all", style="dim")
