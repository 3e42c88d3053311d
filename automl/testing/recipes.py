"""What every recipe and every step must keep."""

from __future__ import annotations

import json
import re
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import numpy as np
import pytest

from automl.compression.recipe import Recipe, step_from
from automl.compression.recipe_files import read_recipes, to_toml
from automl.compression.steps.base import ModelStep, Step
from automl.registry import EXPORTERS, STEPS


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
        assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe

    def test_is_the_same_after_a_file(self, recipe: Recipe, tmp_path: Path) -> None:
        (tmp_path / "mine.toml").write_text(to_toml([recipe]), encoding="utf-8")
        assert read_recipes(tmp_path / "mine.toml") == [recipe]

    def test_demands_something_of_an_artifact(self, recipe: Recipe) -> None:
        # Outputs are probabilities: a difference of 1 would let anything pass.
        assert recipe.tolerance.max_abs_diff < 1
        assert recipe.tolerance.min_agreement > 0.5

    def test_some_format_can_hold_it(self, recipe: Recipe) -> None:
        assert [name for name in EXPORTERS.names() if EXPORTERS.get(name).holds(recipe)]


class StepContract:
    """Subclass it and override the `step` fixture.

    What a step makes of a model beyond that is tested on its own.
    """

    @pytest.fixture
    def step(self) -> Step:
        raise NotImplementedError("Override the `step` fixture to return a step.")

    def test_is_registered_under_its_name(self, step: Step) -> None:
        assert STEPS.get(step.name) is type(step)

    def test_has_defaults(self, step: Step) -> None:
        assert type(step)() == type(step).from_dict({})

    def test_is_frozen_data(self, step: Step) -> None:
        for field in fields(step):  # type: ignore[arg-type]
            with pytest.raises(FrozenInstanceError):
                setattr(step, field.name, None)
        assert step_from(json.loads(json.dumps(step.to_dict()))) == step

    def test_says_what_it_does_in_one_line(self, step: Step) -> None:
        assert step.summary.strip()
        assert "\n" not in step.summary

    def test_stands_somewhere_in_a_recipe(self, step: Step) -> None:
        assert step.stage in (0, 1, 2)

    def test_leaves_a_model_that_loads_and_answers_as_before(
        self, step: Step, tmp_path: Path
    ) -> None:
        if not isinstance(step, ModelStep):
            return  # The others are the converter's, tested with its recipes.
        import keras

        from automl.testing.step_models import context_for_steps, wide_model

        context = context_for_steps(tmp_path)
        model = wide_model()
        changed = step.apply(model, context)
        assert changed.input_shape == model.input_shape
        assert changed.output_shape == model.output_shape
        x = context.validation.x[:8]
        outputs = keras.ops.convert_to_numpy(changed(x))
        np.testing.assert_allclose(outputs.sum(axis=1), 1.0, atol=1e-4)
        changed.save(tmp_path / "changed.keras")
        loaded = keras.saving.load_model(tmp_path / "changed.keras", safe_mode=True)
        np.testing.assert_allclose(keras.ops.convert_to_numpy(loaded(x)), outputs, atol=1e-5)
        assert json.loads(json.dumps(context.facts)) == context.facts
        layers = {layer.name for layer in changed.layers}
        assert {claim.layer for claim in step.claims(changed)} <= layers
