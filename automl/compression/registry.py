"""The registry of recipes: built-ins, entry points, and a run's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automl.errors import UserInputError
from search_spaces.registry import Registry

if TYPE_CHECKING:
    from automl.compression.recipe import Recipe


class RecipeRegistry(Registry):
    """A registry that also holds recipes a person wrote in a file.

    Those are known in this process from when they were added, by their names, and
    stand for no built-in: `names` leaves them out. The last one of a name counts.
    """

    def __init__(self, role: str, group: str, builtin: dict[str, str]) -> None:
        super().__init__(role, group, builtin)
        self._own: dict[str, Recipe] = {}
        self._builtin = frozenset(builtin)

    def add(self, recipe: Recipe) -> None:
        """Makes a recipe known by its name.

        Raises:
            UserInputError: If the name is a built-in's or a plugin's.
        """
        if recipe.name in self.names():
            raise UserInputError(
                f"The recipe {recipe.name!r} is built in. Give yours another name."
            )
        self._own[recipe.name] = recipe

    def plugins(self) -> tuple[str, ...]:
        """Returns the names that other distributions added."""
        return tuple(name for name in self.names() if name not in self._builtin)

    def path(self, name: str) -> str:
        """Returns the import path behind `name`; that of the class for a recipe from a file."""
        if name in self._own:
            return "automl.compression.recipe:Recipe"
        return super().path(name)

    def get(self, name: str) -> Any:
        """Returns the recipe of a name or an import path."""
        return self._own[name] if name in self._own else super().get(name)
