"""The options that say where and on what a search trains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

_OPTIONS = (
    click.option(
        "--workers", metavar="N|auto",
        help="Worker processes, each on its share of the cores; auto: one a core. With one, the"
        " same seed proposes and scores the same.  [default: 1]",
    ),
    click.option(
        "--backend", metavar="NAME",
        help="What trains: tensorflow, or jax (pip install 'automl[jax]'). TensorFlow compresses,"
        " exports and verifies either way.  [default: tensorflow]",
    ),
    click.option(
        "--accelerator", metavar="KIND",
        help="auto, cpu, gpu or tpu; automl doctor shows what there is."
        "  [default: the best that the backend can use]",
    ),
    click.option(
        "--precision", metavar="NAME",
        help="float32, mixed_float16 or mixed_bfloat16; files are float32 either way, before they"
        " are compressed.  [default: mixed_bfloat16 on a GPU or TPU that computes it]",
    ),
    click.option(
        "--devices-per-trial", type=int, metavar="N",
        help="Train one model on N devices, each with a part of a batch.  [default: 1]",
    ),
    click.option(
        "--trials-per-device", type=int, metavar="N",
        help="Train N trials on one device, each with its share of the memory.  [default: 1]",
    ),
    click.option(
        "--ray", metavar="local|auto|ADDRESS",
        help="Train on a Ray cluster (pip install 'automl[ray]'): of this machine alone, the one"
        " that it is in, HOST:PORT or ray://HOST:10001. --workers then gate and convert here.",
    ),
    click.option(
        "--ray-resources", metavar="NAME=N,...",
        help="What one trial takes of its node, e.g. cpu=2,gpu=0.25 or cpu=1,memory=4GB,my_thing=1."
        "  [default: cpu=1, and a GPU where there are some]",
    ),
    click.option(
        "--storage", metavar="URI",
        help="Pass files between machines through this folder, e.g. s3://bucket/automl, instead of"
        " through Ray.",
    ),
)  # fmt: skip


def machine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options to a click command; their names are those of `SearchConfig`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
