"""`automl search --dry-run`: what would be done, before it is."""

from __future__ import annotations

import json

import click

from automl.config import SearchConfig

from .noise import without_native_noise


def show(config: SearchConfig, *, as_json: bool) -> None:
    """Prints the configuration, the data and the size of the space."""
    from automl.preview import preview

    with without_native_noise():
        record = preview(config)
    if as_json:
        click.echo(json.dumps(record, indent=2))
        return
    for name, value in record["config"].items():
        click.echo(f"{name:12} {json.dumps(value)}")
    data, space = record["data"], record["space"]
    counts = ", ".join(f"{count:,} {name}" for name, count in data["counts"].items())
    click.echo(f"\ndata: {data['input']['shape']} {data['input']['kind']}s, {counts}")
    click.echo(
        f"space: {space['name']}, {space['size']:.3g} configurations,"
        f" {space['first_guesses']} first guesses"
    )
