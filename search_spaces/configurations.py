"""Dictionaries of values, made to fit what a space declares."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import keras_tuner

from search_spaces.errors import UserInputError


def settled(values: Mapping[str, Any], declared: Sequence[Any]) -> dict[str, Any]:
    """Returns `values` without inactive ones, each as the space writes it.

    Args:
        values: Name -> value; missing ones take defaults.
        declared: The space's hyperparameters, with their conditions.

    Raises:
        UserInputError: If an active value is none of the options.
    """
    kept: dict[str, Any] = {}
    for each in declared:
        if not all(condition.is_active(kept) for condition in each.conditions):
            continue
        value = values.get(each.name, each.default)
        options = each.values
        if value not in options:
            raise UserInputError(
                f"{each.name!r} must be one of {', '.join(map(str, options))}. Received: {value!r}"
            )
        kept[each.name] = options[options.index(value)]
    return kept


def repaired(guess: Mapping[str, Any], declared: Sequence[Any]) -> dict[str, Any]:
    """Returns `guess` with each value it cannot have replaced by the nearest it can."""
    options = {each.name: each for each in declared}
    return {
        name: _nearest_option(value, options[name])
        for name, value in guess.items()
        if name in options
    }


def _nearest_option(value: Any, hyperparameter: Any) -> Any:
    allowed = hyperparameter.values
    if value in allowed:
        return value
    if isinstance(value, (str, bool)):
        return hyperparameter.default
    return min(allowed, key=lambda option: abs(option - value))


def drawn(seed: int, declared: Sequence[Any]) -> dict[str, Any]:
    """Returns a configuration drawn uniformly, option by option; the same for the same seed."""
    rng = random.Random(seed)
    hp = keras_tuner.HyperParameters()
    for each in declared:
        if hp.is_active(each):
            hp.values[each.name] = rng.choice(each.values)
    return dict(hp.values)
