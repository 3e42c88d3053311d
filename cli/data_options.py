"""The options that say how DATA is read: the same on every command that reads some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    click.option(
        "--input", metavar="KIND",
        help="What examples are, where the data does not say: image, spectrogram, series, tokens,"
        " vector.  [default: auto]",
    ),
    click.option(
        "--target", metavar="COLUMN", multiple=True,
        help="Column to predict, or several; repeatable.  [default: target, label or the last one]",
    ),
    click.option(
        "--column", metavar="NAME=TYPE", multiple=True,
        help="Type of a column: number, category, text, date, path or ignore; repeatable."
        "  [default: inferred]",
    ),
    click.option("--time-column", metavar="COLUMN", help="Orders the rows in time: forecasting."),
    click.option("--horizon", metavar="N", help="Steps ahead to forecast.  [default: 1]"),
    click.option("--lookback", metavar="N", help="Steps a forecast sees.  [default: auto]"),
    click.option(
        "--group", metavar="COLUMN", help="No value of it is in two splits: a speaker, a patient."
    ),
    click.option(
        "--image-size", metavar="SIDE", help="Pixels, e.g. 64 or 48x64.  [default: auto]"
    ),
    click.option("--color", metavar="MODE", help="grey or rgb.  [default: auto]"),
    click.option(
        "--sample-rate", metavar="N", help="Audio samples per second, e.g. 16k.  [default: auto]"
    ),
    click.option("--seconds", metavar="TIME", help="Length of audio, e.g. 1s.  [default: auto]"),
    click.option(
        "--length", metavar="N", help="Longest text in tokens, or series in steps.  [default: auto]"
    ),
    click.option("--vocabulary", metavar="N", help="Most token ids.  [default: 10000]"),
    click.option("--data-dir", metavar="FOLDER", help="Where tensorflow_datasets keeps its files."),
    click.option(
        "--memory", metavar="SIZE",
        help="Decoded data above this stays on disk, e.g. 500MB.  [default: 2GB]",
    ),
)  # fmt: skip


def data_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to a click command; their names are those of `ReadOptions`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
