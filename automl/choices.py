"""Narrows a space in the user's words: ``block=plain,separable``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from automl.config import shown
from automl.errors import UserInputError


def read_freeze(value: Any) -> dict[str, tuple[Any, ...]]:
    """Reads ``{"block": "plain"}`` or ``["block=plain"]``: one option for each key.

    Raises:
        UserInputError: If a key has no value, or more than one.
    """
    frozen: dict[str, tuple[Any, ...]] = {}
    pairs = value.items() if isinstance(value, Mapping) else map(_key_and_value, _listed(value))
    for key, chosen in pairs:
        if isinstance(chosen, list | tuple) and len(chosen) != 1:
            raise UserInputError(
                f"--freeze gives a hyperparameter one value. Received: {key}={shown(chosen)}."
                " --choices leaves several."
            )
        option = chosen[0] if isinstance(chosen, list | tuple) else chosen
        if frozen.get(key, (option,)) != (option,):
            raise UserInputError(
                f"--freeze gives a hyperparameter one value. Received: {key}={frozen[key][0]}"
                f" and {key}={option}."
            )
        frozen[key] = (option,)
    return frozen


def _listed(value: Any) -> Iterable[Any]:
    return [value] if isinstance(value, str) else value


def _key_and_value(text: str) -> tuple[str, Any]:
    key, equals, value = str(text).partition("=")
    if not (key.strip() and equals and value.strip()):
        raise UserInputError(f"--freeze must be KEY=VALUE. Received: {text!r}.")
    if "," in value:
        raise UserInputError(
            f"--freeze gives a hyperparameter one value. Received: {text!r}."
            f" --choices {key.strip()}=A,B leaves several."
        )
    return key.strip(), _literal(value.strip())


def joined(
    choices: dict[str, tuple[Any, ...]], frozen: dict[str, tuple[Any, ...]]
) -> dict[str, tuple[Any, ...]]:
    """Returns options left and frozen as one.

    Raises:
        UserInputError: If both speak of one hyperparameter.
    """
    for key in frozen:
        if key in choices:
            raise UserInputError(
                f"{key!r} is narrowed once, by --freeze or by --choices. Received:"
                f" --freeze {key}={frozen[key][0]} and --choices {key}={shown(choices[key])}."
            )
    return {**choices, **frozen}


def read_choices(value: Any) -> dict[str, tuple[Any, ...]]:
    """Reads ``{"block": ["plain"]}`` or ``["block=plain,separable"]``; a later key adds to it."""
    pairs = value.items() if isinstance(value, Mapping) else map(_key_and_options, _listed(value))
    choices: dict[str, tuple[Any, ...]] = {}
    for key, chosen in pairs:
        several = isinstance(chosen, list | tuple)
        choices[key] = choices.get(key, ()) + (tuple(chosen) if several else (chosen,))
    return choices


def _key_and_options(text: str) -> tuple[str, tuple[Any, ...]]:
    key, equals, values = str(text).partition("=")
    if not (key and equals and values):
        raise UserInputError(f"--choices must be KEY=A,B. Received: {text!r}.")
    return key.strip(), tuple(_literal(value.strip()) for value in values.split(","))


def _literal(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
