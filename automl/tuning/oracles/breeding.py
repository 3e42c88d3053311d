"""Children that are new, for the oracles that have no model."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from search_spaces.variation import crossed_values, mutated_values

#: Children made before giving up; each is a little further from its parents.
TRIES = 50


def new_child(
    hyperparameters: Any,
    parents: Callable[[], Sequence[Mapping[str, Any]]],
    is_new: Callable[[Mapping[str, Any]], bool],
    rng: random.Random,
    mutation: float = 1.0,
) -> dict[str, Any] | None:
    """Returns a child that was not tried before; None if none was found.

    Args:
        hyperparameters: The full space as a `keras_tuner.HyperParameters`.
        parents: Gives one parent, or two that are crossed, at each call.
        is_new: Tells whether values are new to the search.
        rng: Where chance comes from.
        mutation: Probability that a child is mutated; those that are not new
            always are.
    """
    space = hyperparameters.copy()
    for _ in range(TRIES):
        chosen = parents()
        child = dict(chosen[0])
        if len(chosen) == 2:
            child = crossed_values(space, (chosen[0], chosen[1]), rng)
        if rng.random() < mutation:
            child = mutated_values(space, child, rng)
        # Where everything near is known, further mutation leads out of it.
        for _ in range(3):
            if is_new(child):
                return child
            child = mutated_values(space, child, rng)
    return None
