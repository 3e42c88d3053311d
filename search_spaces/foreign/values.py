"""What values other people's hyperparameters can have, and what is left of them."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from typing import Any

import keras_tuner

from search_spaces.errors import UserInputError
from search_spaces.narrowing import checked_choices
from search_spaces.tree import is_continuous, is_option, options_of


def checked_value(each: Any, value: Any) -> Any:
    """Returns a value as the hyperparameter writes it, if it can have it.

    Raises:
        UserInputError: If it cannot.
    """
    if is_continuous(each):
        if is_option(each, value):
            return float(value)
    else:
        for option in options_of(each):
            if value == option or _is_same_number(value, option):
                return option
    raise UserInputError(f"{_rule(each)}. Received: {value!r}")


def narrowed(found: Any, asked: Mapping[str, Any]) -> Any:
    """Returns hyperparameters with what is left of those that were narrowed.

    Args:
        found: A `keras_tuner.HyperParameters`.
        asked: Name -> one option or several, as of `search_spaces.space.SearchSpace`;
            of a continuous range any numbers in it.

    Raises:
        UserInputError: If a name or an option is unknown.
    """
    if not asked:
        return found
    known = {each.name: options_of(each) for each in found.space if not is_continuous(each)}
    endless = {each.name for each in found.space} - known.keys()
    free = {name: options for name, options in asked.items() if name in endless}
    bounded = {name: options for name, options in asked.items() if name not in free}
    left: dict[str, Any] = dict(checked_choices(bounded, known))
    for name, options in free.items():
        items = [options] if isinstance(options, str | int | float) else list(options)
        left[name] = [float(item) for item in items]
    result = keras_tuner.HyperParameters()
    for each in found.space:
        kept = _kept(each, left[each.name]) if each.name in left else each
        result.merge([kept], overwrite=False)
    return result


def _kept(each: Any, options: list[Any]) -> Any:
    """Returns a choice among the options left of a hyperparameter."""
    for option in options:
        checked_value(each, option)
    return keras_tuner.engine.hyperparameters.Choice(
        each.name,
        list(options),
        default=each.default if each.default in options else options[0],
        conditions=each.conditions,
    )


def _is_same_number(value: Any, option: Any) -> bool:
    """Returns whether two fractions differ by rounding only, as 0.3 and 0.1 + 0.2 do."""
    return isinstance(value, float) and isinstance(option, float) and isclose(value, option)


def _rule(each: Any) -> str:
    """Returns what values a hyperparameter can have, in words."""
    if not hasattr(each, "min_value"):
        return f"{each.name!r} must be one of {', '.join(map(str, each.values))}"
    steps = "" if each.step in (None, 1) else f" in steps of {each.step}"
    if steps and each.sampling in ("log", "reverse_log"):
        steps = f", each {each.step} times the last"
    return f"{each.name!r} lies between {each.min_value} and {each.max_value}{steps}"
