"""A search's configuration from words: what a flag, a keyword or TOML gave."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from automl.choices import joined, read_choices, read_freeze
from automl.compression.recipe_files import SUFFIX, read_recipes
from automl.config import AUTO, SEVERAL, Constraints, SearchConfig
from automl.data.options import ReadOptions
from automl.errors import UserInputError
from automl.execution.backends import check_installed
from automl.execution.machine import check_workers
from automl.tuning.rungs import read_rungs
from automl.tuning.stages import read_subset
from automl.units import parse_count, parse_duration, parse_latency, parse_share, parse_size
from search_spaces.definition import read_definition
from search_spaces.registry import nearest
from search_spaces.toml_file import read_toml

PRETRAINED = "pretrained"
#: How a space's file is told from a name.
DEFINITION_SUFFIX = ".toml"

_BOUNDS: dict[str, Any] = {
    "max_size": parse_size,
    "max_latency": parse_latency,
    "max_flops": parse_count,
    "max_params": parse_count,
    "max_gzip_size": parse_size,
    "max_ram": parse_size,
}
#: Option of the command line -> its field, where the two differ.
_ALIASES = {"column": "columns"}
_READING = {field.name for field in fields(ReadOptions)} - {"task", "progress"}
_CONFIG = {field.name for field in fields(SearchConfig)} - {
    "data", "constraints", "definitions", "own_recipes", "reading",
}  # fmt: skip


def make_config(data: str, options: Mapping[str, Any]) -> SearchConfig:
    """Builds a configuration from words: what a flag, a keyword or TOML gave.

    Args:
        data: The DATA argument.
        options: Field name -> value; constraints and fields of
            `automl.data.options.ReadOptions` stand beside the other fields, and
            so may ``freeze`` (hyperparameter -> its one value) and
            ``pretrained`` (whether to search the space of that name too). None
            stands for "not given" (for `time`, give ``"none"`` to search
            without a time bound).

    Raises:
        UserInputError: If a name is unknown or a value cannot be read.
    """
    known = {*_CONFIG, *_READING, *_BOUNDS, *_ALIASES, "freeze", PRETRAINED}
    values: dict[str, Any] = {}
    reading: dict[str, Any] = {}
    constraints: dict[str, Any] = {}
    for given, value in options.items():
        if given not in known:
            raise UserInputError(f"Unknown option {given!r}.{nearest(given, known)}")
        if value is None or value == () or given in ("freeze", PRETRAINED):
            continue
        name = _ALIASES.get(given, given)
        if name in _BOUNDS:
            constraints[name] = _BOUNDS[name](value, name.replace("_", "-"))
        elif name in _READING:
            reading[name] = read_reading(name, value)
        else:
            values[name] = _read(name, value)
    if values.get("trials") is not None:
        values.setdefault("time", None)  # A count alone is a complete budget.
    if frozen := read_freeze(options.get("freeze") or {}):
        values["choices"] = joined(values.get("choices", {}), frozen)
    if options.get(PRETRAINED):
        values["space"] = tuple(dict.fromkeys((PRETRAINED, *values.get("space", (AUTO,)))))
    values["definitions"] = read_definitions(values.get("space", ()))
    if "compress" in values:
        values["compress"], values["own_recipes"] = read_own_recipes(values["compress"])
    config = SearchConfig(
        data=data,
        constraints=Constraints(**constraints),
        reading=ReadOptions(**reading),
        **values,
    )
    check_installed(config.backend)
    if isinstance(config.workers, int) and not config.ray:
        check_workers(config.workers)
    return config


def _read(name: str, value: Any) -> Any:
    """Reads one field of `SearchConfig`."""
    if name in ("time", "trial_time"):
        flag = name.replace("_", "-")
        return None if str(value) == "none" else parse_duration(value, flag)
    if name == "max_accuracy_drop":
        return parse_share(value, name.replace("_", "-"))
    if name == "trials" and isinstance(value, str):
        return _whole_number(name, value, "from 1, or +N to extend a run")
    if name == "workers" and isinstance(value, str) and value != AUTO:
        return _whole_number(name, value, "from 0, or auto")
    if name == "rungs":
        return read_rungs(value)
    if name == "subset":
        return read_subset(value)
    if name in SEVERAL:
        return (value,) if isinstance(value, str) else tuple(value)
    if name == "choices":
        return read_choices(value)
    if name in ("test", "validation"):
        return _share_or_data(value)
    return str(value) if isinstance(value, Path) else value


def read_own_recipes(
    names: Iterable[str],
) -> tuple[tuple[str, ...], dict[str, dict[str, Any]]]:
    """Returns recipes by name, those of ``.toml`` files among them, and the records of the latter.

    Raises:
        UserInputError: If a file cannot be read.
    """
    found: dict[str, None] = {}
    own: dict[str, dict[str, Any]] = {}
    for name in names:
        if not name.endswith(SUFFIX):
            found[name] = None
            continue
        for recipe in read_recipes(name):
            record = recipe.to_dict()
            found[record.pop("name")] = None
            own[recipe.name] = record
    return tuple(found), own


def _whole_number(name: str, text: str, allowed: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UserInputError(
            f"--{name} must be a whole number {allowed}. Received: {text!r}."
        ) from None


def _share_or_data(value: Any) -> float | str:
    try:
        return float(value)
    except (TypeError, ValueError):
        return str(value)


def read_reading(name: str, value: Any) -> Any:
    """Reads one field of `automl.data.options.ReadOptions` from a word or a value of its type.

    Raises:
        UserInputError: If it cannot be read.
    """
    if name == "target":
        return (value,) if isinstance(value, str) else tuple(map(str, value))
    if name == "columns":
        return _columns(value)
    if name == "image_size":
        return _image_size(value)
    if name == "memory":
        return parse_size(value, name)
    flag = name.replace("_", "-")
    if name == "seconds":
        return parse_duration(value, name)
    if name in ("horizon", "lookback"):
        return _steps(value, flag)
    if name in ("sample_rate", "length", "vocabulary"):
        return int(parse_count(value, flag))
    return str(value)


def _steps(value: Any, flag: str) -> int:
    try:
        return int(parse_count(value, flag))
    except UserInputError as error:
        raise UserInputError(
            f"--{flag} must be a number of steps, 1 or more. Received: {value!r}."
        ) from error


def _columns(value: Any) -> dict[str, str]:
    """Reads ``{"age": "number"}`` or ``["age=number"]``."""
    if isinstance(value, Mapping):
        return {str(column): str(kind) for column, kind in value.items()}
    columns = {}
    for text in [value] if isinstance(value, str) else value:
        column, equals, kind = str(text).rpartition("=")
        if not (column and equals and kind):
            raise UserInputError(
                f"--column must be NAME=TYPE, e.g. zip=category. Received: {text!r}."
            )
        columns[column] = kind.strip()
    return columns


def _image_size(value: Any) -> tuple[int, int]:
    """Reads ``64``, ``"64x96"`` (height x width) or ``(64, 96)``."""
    several = isinstance(value, list | tuple)
    sides = list(value) if several else str(value).lower().split("x")
    sides = sides * 2 if len(sides) == 1 else sides
    try:
        height, width = (int(str(side)) for side in sides)
    except ValueError:
        height = width = 0
    if min(height, width) < 1:
        raise UserInputError(
            f"--image-size is one side, or HEIGHTxWIDTH, in pixels. Received: {value!r}."
        )
    return height, width


def read_definitions(spaces: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Returns what the ``.toml`` files among names of spaces hold, JSON-ready.

    Raises:
        UserInputError: If one cannot be read or defines no space.
    """
    return {
        name: json.loads(json.dumps(read_definition(name).to_dict(), default=str))
        for name in spaces
        if name.endswith(DEFINITION_SUFFIX)
    }


def read_config_file(path: str | Path) -> dict[str, Any]:
    """Reads a TOML file of options, named as on the command line.

    Raises:
        UserInputError: If the file is missing or not TOML.
    """
    record = read_toml(path, "--config")
    return {name.replace("-", "_"): value for name, value in record.items()}
