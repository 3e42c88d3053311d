"""`automl search --dry-run`: what would be done, before it is."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from automl.config import SearchConfig
from automl.resolve import described
from automl.units import format_count, format_duration, format_latency, format_size
from search_spaces.limits import LeftOut

from .inputs import in_words

if TYPE_CHECKING:
    from search_spaces import Signature
    from search_spaces.space import SearchSpace

_BOUNDS: dict[str, Any] = {
    "max_size": format_size,
    "max_gzip_size": format_size,
    "max_ram": format_size,
    "max_latency": format_latency,
    "max_flops": format_count,
    "max_params": format_count,
}


def show(config: SearchConfig, *, as_json: bool, quiet: bool = False) -> None:
    """Prints the configuration, the data and the size of the space; stages go to stderr."""
    from .screen import observer

    with observer(quiet=quiet) as watching:
        watching.stage("Starting")  # What the next line imports takes a while.
        from automl.preview import preview

        record = preview(config, watching)
    if as_json:
        click.echo(json.dumps(record, indent=2))
        return
    data, space = record["data"], record["space"]
    counts = ", ".join(f"{count:,} {name}" for name, count in data["counts"].items())
    shape = "x".join(map(str, data["input"]["shape"]))
    click.echo(f"command: {record['command']}")
    click.echo(f"data: {data['input']['kind']} {shape}, {counts}")
    ranked = ", ".join(record["objective"])
    click.echo(f"task: {record['task']} ({record['why']}), ranked by {ranked}")
    click.echo(f"budget: {_budget(config, record['epochs'], record['rungs'])}")
    click.echo(
        f"space: {space['name']}, {count_of(space['size'])}, {space['first_guesses']} first guesses"
    )
    click.echo(f"files: {', '.join(record['formats'])}")
    for line in left_out_lines(space["left_out"]):
        click.echo(line)
    for note in record["notes"]:
        click.echo(f"note: {note}")


def _budget(config: SearchConfig, epochs: int, rungs: list[int]) -> str:
    """Returns how long is searched and what a candidate must keep, in one line."""
    parts = [] if config.time is None else [format_duration(config.time)]
    parts += [] if config.trials is None else [f"{config.trials:,} trials"]
    parts.append(f"{epochs} epochs a trial at most")
    if len(rungs) > 1:
        parts.append(f"paused after {', '.join(map(str, rungs[:-1]))}")
    for name, bound in asdict(config.constraints).items():
        if bound is not None:
            parts.append(f"{name.replace('_', '-')} {_BOUNDS[name](bound)}")
    return ", ".join(parts)


def described_space(space: SearchSpace, signature: Signature) -> str:
    """Returns a space's name, size and what it is for, in one line."""
    target = signature.target
    asked = f", {target.units} classes" if target.kind == "classification" else f", {target.kind}"
    return f"{space.name}: {count_of(space.size())} for {in_words(signature.input)}{asked}"


def count_of(size: int | None) -> str:
    """Returns the number of configurations in words; None stands for a continuous space."""
    if size is None:
        return "endless configurations"
    if size < 100_000:
        return f"{size:,} configuration{'' if size == 1 else 's'}"
    return f"{mantissa(size)} configurations (10^{math.log10(size):.1f})"


def mantissa(size: int) -> str:
    """Returns a whole number of any size like 1.23e+45, with no float in between."""
    digits = str(size)
    return f"{digits[0]}.{digits[1:3]}e+{len(digits) - 1}"


def left_out_lines(left_out: list[dict[str, Any]]) -> list[str]:
    """Returns a line for each reason why options are not searched."""
    grouped: dict[tuple[str, str], list[LeftOut]] = {}
    for record in left_out:
        limit = LeftOut(**record)
        grouped.setdefault((limit.target, limit.reason), []).append(limit)
    return [
        f"left out for {target}: {described(limits)} ({reason})"
        for (target, reason), limits in grouped.items()
    ]
