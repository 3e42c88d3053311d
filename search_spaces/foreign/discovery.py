"""Finding the hyperparameters that a ``build(hp)`` declares, by calling it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import keras
import keras_tuner

from search_spaces.errors import UserInputError
from search_spaces.tree import is_continuous, options_of

#: Models built at most to find hyperparameters that only some values lead to.
MAX_BUILDS = 24
#: Builds beyond the scopes: the largest values, and two random configurations.
_TRIES = 3


def discover(build: Callable[[Any], Any], known: Any, name: str) -> Any:
    """Builds models until no new hyperparameter turns up.

    As KerasTuner does, it enters every conditional scope once. Then it tries the
    largest values and two random configurations, because a loop over ``hp.Int``
    declares more the longer it is.

    Args:
        build: Takes a `keras_tuner.HyperParameters` and returns a model.
        known: A `keras_tuner.HyperParameters` of what is declared without building.
        name: What the user calls the hypermodel.

    Returns:
        `known`, with everything that was found.

    Raises:
        UserInputError: If a model is of no use, or none can be built.
    """
    entered: list[Any] = []
    closed: list[Any] = []
    errors: list[Exception | None] = []
    spread = 0
    for number in range(MAX_BUILDS):
        hp = known.copy()
        for condition in closed[0] if closed else ():
            hp.values[condition.name] = condition.values[0]
        if number and not closed:
            spread += 1
            _spread(hp, spread)
        settle(hp)
        before = len(known.space)
        hp.active_scopes, hp.inactive_scopes = [], []
        errors.append(_error_of(build, hp))
        if errors[-1] is not None and not hp.space:
            break
        known.merge(hp, overwrite=False)
        entered += [copy.deepcopy(scope) for scope in hp.active_scopes if scope not in entered]
        closed += [copy.deepcopy(scope) for scope in hp.inactive_scopes if scope not in closed]
        stuck = closed[:1] if closed and closed[0] not in entered else []
        closed = [scope for scope in closed if scope not in entered and scope not in stuck]
        if not closed and spread >= _TRIES and len(known.space) == before:
            break
    keras.backend.clear_session()
    if None not in errors:  # Some corners may fail: the search will meet them, or not.
        raise UserInputError(
            f"The hypermodel {name!r} builds no model: {_one_line(errors[-1])}"
        ) from errors[-1]
    return known


def declared(hypermodel: keras_tuner.HyperModel) -> Any:
    """Returns a `keras_tuner.HyperParameters` of what a hypermodel declares without building."""
    hp = keras_tuner.HyperParameters()
    hypermodel.declare_hyperparameters(hp)
    return hp


def settle(hp: Any) -> None:
    """Gives every active hyperparameter a value, its default if it has none, and others none."""
    for each in hp.space:
        if hp.is_active(each):
            hp.values.setdefault(each.name, each.default)
        else:
            hp.values.pop(each.name, None)


def _spread(hp: Any, number: int) -> None:
    """Sets all numbers to their largest at first, then everything at random."""
    for each in hp.space:
        if number == 1 and hasattr(each, "max_value"):
            top = each.max_value if is_continuous(each) else options_of(each)[-1]
            hp.values[each.name] = top
        elif number > 1:
            hp.values[each.name] = each.random_sample(number)


def _error_of(build: Callable[[Any], Any], hp: Any) -> Exception | None:
    """Builds a model; returns what the author's code raised."""
    try:
        build(hp)
    except UserInputError:
        raise
    except Exception as error:
        return error
    return None


def _one_line(error: Exception | None) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
