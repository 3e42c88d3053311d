"""The options that say which of the compressed files ships: the same wherever one is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def choice_options(*, drop: str, prefer: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Returns a decorator that adds them; their names are those of `SearchConfig`.

    Args:
        drop: What --max-accuracy-drop is where it is not given.
        prefer: The same of --prefer.
    """
    options = (
        click.option(
            "--max-accuracy-drop", metavar="SHARE",
            help="How much worse than the best float32 file the one that ships may be."
            f"  [default: {drop}]",
        ),
        click.option(
            "--prefer", metavar="WHAT",
            help="Of the files that are good enough: size, gzip_size, latency, ram or accuracy."
            f"  [default: {prefer}]",
        ),
    )  # fmt: skip

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add
