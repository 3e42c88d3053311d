"""Names for hypermodels given as objects: an import path, or a place in this process."""

from __future__ import annotations

import importlib
from typing import Any

from search_spaces.errors import UserInputError

_HERE = "here:"

#: Hypermodels that no other process can import, by the name they were given.
_held: dict[str, Any] = {}


def import_path(thing: Any) -> str | None:
    """Returns the ``module:name`` by which another process imports something, or None."""
    module, name = getattr(thing, "__module__", ""), getattr(thing, "__qualname__", "")
    if not module or module == "__main__" or not name.isidentifier():
        return None
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None
    return f"{module}:{name}" if found is thing else None


def hold(thing: Any) -> str:
    """Keeps a hypermodel that only this process has, and returns the name to search it by."""
    name = getattr(thing, "__name__", "") or getattr(thing, "name", "") or type(thing).__name__
    first = name = name if name.isidentifier() else "build"
    number = 1
    while _held.get(name, thing) is not thing:  # Of another that is called the same.
        number += 1
        name = f"{first}_{number}"
    _held[name] = thing
    return f"{_HERE}{name}"


def is_held(entry: str) -> bool:
    """Returns whether `hold` gave this name."""
    return entry.startswith(_HERE)


def held(entry: str) -> Any:
    """Returns the hypermodel behind a name that `hold` gave.

    Raises:
        UserInputError: If this process does not have it.
    """
    name = entry.removeprefix(_HERE)
    if name not in _held:
        raise UserInputError(
            f"The hypermodel {name!r} was defined where the search was begun, and is not known"
            " here. Put it in a module, and search it as module:name."
        )
    return _held[name]
