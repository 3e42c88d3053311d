"""One registry for built-ins and third-party extensions alike.

A registry maps a name to an import path ``"package.module:Attribute"``. Nothing
is imported before the entry is asked for. Other distributions add entries
through an entry-point group of the same shape, and an import path can be given
wherever a name can.
"""

from __future__ import annotations

import difflib
import importlib
import re
from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import Any

from search_spaces.errors import UnknownNameError, UserInputError

_IMPORT_PATH = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


def nearest(word: str, known: Iterable[str]) -> str:
    """Returns ``" Did you mean 'x'?"`` for the nearest known words, or ``""``."""
    close = difflib.get_close_matches(word.lower(), sorted(known), n=2, cutoff=0.55)
    return f" Did you mean {' or '.join(repr(name) for name in close)}?" if close else ""


class Registry:
    """Names of one role, each standing for a lazily imported object.

    Args:
        role: What an entry is, in the user's words (``"space"``).
        group: Entry-point group in which other distributions add entries.
        builtin: The project's own entries, name -> ``"module:Attribute"``.
    """

    def __init__(self, role: str, group: str, builtin: Mapping[str, str]) -> None:
        self.role = role
        self.group = group
        self._paths = dict(builtin)
        self._plugins_read = False

    def names(self) -> tuple[str, ...]:
        """Returns every known name: built-ins first, plugins after them."""
        self._read_plugins()
        return tuple(self._paths)

    def path(self, name: str) -> str:
        """Returns the import path behind `name` without importing it.

        Raises:
            UnknownNameError: If nothing is registered under `name`.
        """
        if _IMPORT_PATH.fullmatch(name):
            return name
        self._read_plugins()
        if name not in self._paths:
            raise UnknownNameError(
                f"Unknown {self.role} {name!r}.{nearest(name, self._paths)}"
                f" Known: {', '.join(self._paths)}."
            )
        return self._paths[name]

    def get(self, name: str) -> Any:
        """Imports and returns the object behind a name or an import path.

        Raises:
            UnknownNameError: If nothing is registered under `name`.
            UserInputError: If the entry cannot be imported.
        """
        module, _, attribute = self.path(name).partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise UserInputError(
                f"The {self.role} {name!r} cannot be loaded from '{module}:{attribute}': {error}."
                " Check the path, and that its package is installed."
            ) from error

    def register(self, name: str, path: str) -> None:
        """Adds an entry for this process; worker processes see only built-ins and entry points.

        Raises:
            ValueError: If the name is taken by another path, or `path` is not
                of the form ``"module:Attribute"``.
        """
        if not _IMPORT_PATH.fullmatch(path):
            raise ValueError(f"A registry path must be 'module:Attribute'. Received: path={path!r}")
        self._read_plugins()
        if self._paths.get(name, path) != path:
            raise ValueError(
                f"The {self.role} name {name!r} is taken by {self._paths[name]!r}."
                f" Received: path={path!r}"
            )
        self._paths[name] = path

    def _read_plugins(self) -> None:
        if self._plugins_read:
            return
        self._plugins_read = True
        for point in metadata.entry_points(group=self.group):
            self._paths.setdefault(point.name, point.value)
