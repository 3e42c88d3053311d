"""What every recipe must keep."""

from __future__ import annotations

import json
import re
from dataclasses import FrozenInstanceError, asdict

import pytest

from automl.compression.recipe import Recipe
from automl.registry import EXPORTERS


class RecipeContract:
    """Subclass it and override the `recipe` fixture.

    What an artifact of the recipe must hold to is tested by `ExporterContract`,
    for every exporter that can hold it.
    """

    @pytest.fixture
    def recipe(self) -> Recipe:
        raise NotImplementedError("Override the `recipe` fixture to return the recipe.")

    def test_is_named_so_that_it_can_be_typed_and_a_folder(self, recipe: Recipe) -> None:
        assert re.fullmatch(r"[a-z][a-z0-9_-]*", recipe.name)

    def test_is_summed_up_in_one_line(self, recipe: Recipe) -> None:
        assert recipe.summary.strip()
        assert "\n" not in recipe.summary

    def test_is_frozen_data(self, recipe: Recipe) -> None:
        with pytest.raises(FrozenInstanceError):
            recipe.name = "other"  # type: ignore[misc]
        assert json.loads(json.dumps(asdict(recipe))) == asdict(recipe)

    def test_demands_something_of_an_artifact(self, recipe: Recipe) -> None:
        # Outputs are probabilities: a difference of 1 would let anything pass.
        assert recipe.tolerance.max_abs_diff < 1
        assert recipe.tolerance.min_agreement > 0.5

    def test_some_format_can_hold_it(self, recipe: Recipe) -> None:
        assert [name for name in EXPORTERS.names() if EXPORTERS.get(name).holds(recipe)]
