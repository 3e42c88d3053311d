"""From what a user names to a class of spaces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras_tuner

from search_spaces.errors import UserInputError
from search_spaces.foreign.held import held, is_held
from search_spaces.foreign.space import ForeignSpace
from search_spaces.space import SearchSpace


def is_space(thing: Any) -> bool:
    """Returns whether something is a class of our own interface."""
    return isinstance(thing, type) and issubclass(thing, SearchSpace)


def adapted(entry: str, thing: Any) -> type[ForeignSpace]:
    """Returns the class of spaces that a hypermodel makes.

    Args:
        entry: Import path, or the name `search_spaces.foreign.held.hold` gave.
        thing: What the import path leads to; of no meaning for a held one.

    Raises:
        UserInputError: If it is no hypermodel, or is no longer held.
    """
    name = entry.rpartition(":")[2]
    if is_held(entry):
        thing = held(entry)
    if isinstance(thing, type) and issubclass(thing, keras_tuner.HyperModel):
        thing = _made(thing, name)
    if not isinstance(thing, keras_tuner.HyperModel):
        thing = _wrapped(thing, name)
    return type("ForeignSpace", (ForeignSpace,), {"hypermodel": thing, "name": name})


class _Function(keras_tuner.HyperModel):
    """A ``build(hp)`` function as a hypermodel."""

    function: Callable[[Any], Any]

    def build(self, hp: Any) -> Any:
        return self.function(hp)


def _made(cls: Callable[[], Any], name: str) -> Any:
    try:
        return cls()
    except TypeError as error:
        raise UserInputError(
            f"The hypermodel {name!r} must be made without arguments: {error}."
            " Give an instance in a module (module:instance) instead of the class."
        ) from error


def _wrapped(function: Any, name: str) -> Any:
    if not callable(function):
        raise UserInputError(
            f"A space is a SearchSpace, a keras_tuner.HyperModel or a build(hp) function."
            f" Received: {name!r}, of type {type(function).__name__}."
        )
    hypermodel = _Function(name=name)
    hypermodel.function = function
    return hypermodel
