"""The command line that repeats a search, from its configuration."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from automl.compression.recipe_files import RUN_FILE
from automl.config import SearchConfig
from automl.data.options import ReadOptions

#: Fields that are no flag of their own.
_APART = frozenset(
    {"data", "definitions", "choices", "constraints", "reading", "time", "out", "own_recipes"}
    | {"compress"}
)
#: Fields of the reading that are no option: the task stands beside it.
_NO_OPTION = frozenset({"task", "progress", "columns", "image_size"})
_UNITS = {"max_size": "B", "max_gzip_size": "B", "max_ram": "B", "max_latency": "ms"}


def command_line(config: SearchConfig, *, out: bool = False) -> str:
    """Returns the `automl search` command of a configuration, defaults left out.

    Args:
        config: What was searched.
        out: Whether to name the run's folder, so that the command resumes it.
    """
    words = ["automl", "search", config.data]
    default = SearchConfig(data=config.data)
    for each in fields(config):
        value = getattr(config, each.name)
        if each.name in _APART or value == getattr(default, each.name):
            continue
        if isinstance(value, bool):
            words += [_flag(each.name if value else f"no_{each.name}")]
            continue
        for item in value if isinstance(value, tuple) else (value,):
            words += [_flag(each.name), str(item)]
    words += _compress(config, default)
    words += _reading(config.reading)
    for key, values in config.choices.items():
        words += ["--choices", f"{key}={','.join(map(_choice, values))}"]
    for name, bound in asdict(config.constraints).items():
        if bound is not None:
            words += [_flag(name), f"{bound}{_UNITS.get(name, '')}"]
    words += _time(config, default)
    if out and config.out:
        words += ["--out", config.out]
    return shlex.join(words)


def _compress(config: SearchConfig, default: SearchConfig) -> list[str]:
    """Recipes of one's own are in the run's folder: their names alone say nothing."""
    if config.compress == default.compress:
        return []
    names = [name for name in config.compress if name not in config.own_recipes]
    if config.own_recipes:
        names.append(str(Path(config.out) / RUN_FILE))
    return [word for name in names for word in ("--compress", name)]


def _reading(reading: ReadOptions) -> list[str]:
    default, words = ReadOptions(), []
    for each in fields(reading):
        value = getattr(reading, each.name)
        if each.name in _NO_OPTION or value == getattr(default, each.name):
            continue
        for item in value if isinstance(value, tuple) else (value,):
            words += [_flag(each.name), f"{item}s" if each.name == "seconds" else str(item)]
    if reading.image_size is not None:
        words += ["--image-size", "x".join(map(str, reading.image_size))]
    for column, kind in reading.columns.items():
        words += ["--column", f"{column}={kind}"]
    return words


def _time(config: SearchConfig, default: SearchConfig) -> list[str]:
    """A count of trials alone means no bound on time; otherwise there is a default."""
    implied = None if config.trials is not None else default.time
    if config.time == implied:
        return []
    return ["--time", "none" if config.time is None else f"{config.time:g}s"]


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _choice(value: Any) -> str:
    """Returns a value so that the command line reads it back as the same type."""
    if not isinstance(value, str):
        return json.dumps(value)
    try:
        json.loads(value)
    except json.JSONDecodeError:
        return value
    return json.dumps(value)
