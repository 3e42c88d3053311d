"""Every configuration of a space, one after another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from search_spaces.tree import options_of


def configurations(hyperparameters: Any) -> Iterator[dict[str, Any]]:
    """Yields the active values of every configuration, the last hyperparameter varying fastest.

    Of a continuous range some values are taken, evenly spread.

    Args:
        hyperparameters: The full space as a `keras_tuner.HyperParameters`.
    """
    space = hyperparameters.copy()
    declared = list(space.space)

    def walk(place: int, values: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if place == len(declared):
            yield values
            return
        space.values = values
        if not space.is_active(declared[place]):
            yield from walk(place + 1, values)
            return
        for option in options_of(declared[place]):
            yield from walk(place + 1, {**values, declared[place].name: option})

    return walk(0, {})
