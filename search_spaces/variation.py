"""Children of configurations: what an evolutionary search varies by.

A child is legal by construction: hyperparameters are settled in the order the
space declares them, a parent's value is kept where it is still an option, and
whatever has become active is drawn.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from search_spaces.space import SearchSpace
from search_spaces.tree import is_continuous, is_option, options_of

Values = Mapping[str, Any]


def mutate(space: SearchSpace, values: Values, rng: random.Random) -> dict[str, Any]:
    """Returns a child that differs in one hyperparameter, and in what hangs on it.

    Args:
        space: The space.
        values: A configuration of it; missing values take defaults.
        rng: Where chance comes from.

    Raises:
        UserInputError: If a name or an active value is not in the space.
    """
    return space.canonical(mutated_values(space.hyperparameters(), space.canonical(values), rng))


def crossover(
    space: SearchSpace, first: Values, second: Values, rng: random.Random
) -> dict[str, Any]:
    """Returns a child that has each part from one of two parents.

    What stands in one scope, such as all of a stage, comes from one parent,
    as far as that parent has it.

    Args:
        space: The space.
        first: A configuration of it; missing values take defaults.
        second: Another.
        rng: Where chance comes from.

    Raises:
        UserInputError: If a name or an active value is not in the space.
    """
    parents = space.canonical(first), space.canonical(second)
    return space.canonical(crossed_values(space.hyperparameters(), parents, rng))


def mutated_values(hyperparameters: Any, values: Values, rng: random.Random) -> dict[str, Any]:
    """Does what `mutate` does, on a `keras_tuner.HyperParameters`.

    Args:
        hyperparameters: The full space; its values are not read.
        values: The parent's active values.
        rng: Where chance comes from.
    """
    free = [each.name for each in hyperparameters.space if each.name in values and _varies(each)]
    barred = {name: values[name] for name in rng.sample(free, min(1, len(free)))}
    inherited = {name: value for name, value in values.items() if name not in barred}
    return settled(hyperparameters, inherited.get, rng, without=barred)


def crossed_values(
    hyperparameters: Any, parents: tuple[Values, Values], rng: random.Random
) -> dict[str, Any]:
    """Does what `crossover` does, on a `keras_tuner.HyperParameters`."""
    sides: dict[str, int] = {}

    def inherit(name: str) -> Any:
        scope = name.rpartition("/")[0] or name
        side = sides.setdefault(scope, rng.randrange(2))
        one, other = parents[side], parents[1 - side]
        return one[name] if name in one else other.get(name)

    return settled(hyperparameters, inherit, rng)


def settled(
    hyperparameters: Any,
    inherit: Callable[[str], Any],
    rng: random.Random,
    without: Values | None = None,
) -> dict[str, Any]:
    """Returns the values of every active hyperparameter, inherited where that is legal.

    Args:
        hyperparameters: A `keras_tuner.HyperParameters` with the full space; its
            values are replaced.
        inherit: Name -> the value wanted, or None; what is no option is replaced
            by one drawn.
        rng: Where chance comes from.
        without: Name -> an option that is not to be drawn.
    """
    hyperparameters.values = {}
    for each in hyperparameters.space:
        if not hyperparameters.is_active(each):
            continue
        wanted = inherit(each.name)
        if wanted is None or not is_option(each, wanted):
            wanted = _drawn(each, rng, (without or {}).get(each.name))
        hyperparameters.values[each.name] = wanted
    return dict(hyperparameters.values)


def _drawn(hp: Any, rng: random.Random, barred: Any) -> Any:
    if is_continuous(hp):
        return hp.random_sample(rng.randrange(2**31))
    return rng.choice([option for option in options_of(hp) if option != barred])


def _varies(hp: Any) -> bool:
    return is_continuous(hp) or len(options_of(hp)) > 1
