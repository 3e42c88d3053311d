"""Recipes in TOML: one table each, printed, edited, diffed and read back."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from automl.compression.recipe import Recipe
from automl.errors import UserInputError
from search_spaces.toml_file import read_toml

#: How a file of recipes is told from a name.
SUFFIX = ".toml"
#: A run's own recipes, inside its folder.
RUN_FILE = "recipes.toml"


def read_recipes(path: str | Path) -> list[Recipe]:
    """Reads the recipes of a file, a table each.

    Raises:
        UserInputError: If it cannot be read or holds something else.
    """
    tables = read_toml(path, "A file of recipes")
    if not tables:
        raise UserInputError(
            f"{path} holds no recipe. `automl compress --show int8` prints what one looks like."
        )
    return [_read(name, table, path) for name, table in tables.items()]


def _read(name: str, table: Any, path: str | Path) -> Recipe:
    if not isinstance(table, Mapping):
        raise UserInputError(f"{path}: a recipe is a table [name]. Received: {name} = {table!r}.")
    try:
        return Recipe.from_dict({"name": name, **table})
    except UserInputError as error:
        raise UserInputError(f"{path}, [{name}]: {error}") from error


def to_toml(recipes: Iterable[Recipe]) -> str:
    """Returns recipes as `read_recipes` reads them."""
    return "\n".join(_table(recipe) for recipe in recipes)


def _table(recipe: Recipe) -> str:
    record = recipe.to_dict()
    steps = "".join(f"    {_inline(step)},\n" for step in record["steps"])
    return (
        f"[{recipe.name}]\n"
        f"summary = {_value(recipe.summary)}\n"
        f"tolerance = {_inline(record['tolerance'])}\n"
        f"steps = [\n{steps}]\n"
    )


def _inline(values: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{key} = {_value(value)}" for key, value in values.items()) + "}"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    # The strings, numbers and booleans of JSON are TOML's, too.
    return json.dumps(value, ensure_ascii=False)


def keep_recipes(run: Path, records: Mapping[str, Mapping[str, Any]]) -> None:
    """Writes a run's own recipes, those that it has besides, into its folder.

    Args:
        run: The run's folder.
        records: Name -> record.
    """
    if not records:
        return
    path = run / RUN_FILE
    known = {each.name: each for each in read_recipes(path)} if path.is_file() else {}
    given = {name: Recipe.from_dict({"name": name, **each}) for name, each in records.items()}
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(to_toml((known | given).values()), encoding="utf-8")
    os.replace(temporary, path)


def know_recipes_of(run: Path) -> None:
    """Makes a run's own recipes known in this process."""
    path = run / RUN_FILE
    if path.is_file():
        from automl.registry import RECIPES

        for recipe in read_recipes(path):
            RECIPES.add(recipe)
