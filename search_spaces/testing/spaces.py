"""What every search space must keep, whatever it builds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np
import pytest

from search_spaces.errors import UserInputError
from search_spaces.training.recipe import Recipe
from search_spaces.space import SearchSpace
from search_spaces.testing.inputs import INPUTS, batch, classification_of

SEEDS = range(3)


def _with(values: dict[str, Any]) -> Any:
    hp = keras_tuner.HyperParameters()
    hp.values = dict(values)
    return hp


def _declared(hp: Any) -> list[dict[str, Any]]:
    return [each.get_config() for each in hp.space]


class SpaceContract:
    """Subclass it and set `space_class`; `kinds` may leave out inputs it refuses.

    Attributes:
        space_class: The space under test.
        kinds: Names in `search_spaces.testing.INPUTS` to build for.
    """

    space_class: type[SearchSpace]
    kinds: tuple[str, ...] = tuple(INPUTS)

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Parametrizes by input kind, and by seed where a test asks for one."""
        if "kind" in metafunc.fixturenames:
            metafunc.parametrize("kind", self.kinds)
        if "seed" in metafunc.fixturenames:
            metafunc.parametrize("seed", SEEDS)

    @pytest.fixture
    def space(self, kind: str) -> SearchSpace:
        return self.space_class(classification_of(kind))

    def weights(self, space: SearchSpace, values: dict[str, Any]) -> list[Any]:
        """Returns the initial weights of a configuration under a fixed global seed."""
        keras.utils.set_random_seed(7)
        weights: list[Any] = space.build(_with(values)).get_weights()
        return weights

    def test_is_named_and_summed_up(self, space: SearchSpace) -> None:
        assert space.name == self.space_class.name != ""
        assert space.summary

    def test_accepts_what_it_is_tested_on(self, kind: str) -> None:
        assert self.space_class.accepts(classification_of(kind)) is None

    # Deciding

    def test_declaring_equals_what_building_touches(self, space: SearchSpace) -> None:
        declared, built = keras_tuner.HyperParameters(), keras_tuner.HyperParameters()
        space.declare_hyperparameters(declared)
        space.build(built)
        assert _declared(declared) == _declared(built)
        assert declared.values == built.values

    def test_every_walk_declares_everything(self, space: SearchSpace, seed: int) -> None:
        hp = _with(space.sample(seed))
        space.choose(hp)
        assert _declared(hp) == _declared(space.hyperparameters())

    def test_names_are_declared_once_in_nested_scopes(self, space: SearchSpace) -> None:
        names = [each.name for each in space.hyperparameters().space]
        assert len(names) == len(set(names))
        assert space.size() >= 1
        assert json.loads(json.dumps(space.describe())) == space.describe()

    def test_architecture_is_a_frozen_record(self, space: SearchSpace, seed: int) -> None:
        values = space.sample(seed)
        architecture = space.architecture(values)
        assert architecture == space.architecture(values)
        assert hash(architecture) == hash(space.architecture(values))
        assert isinstance(architecture.recipe, Recipe)
        assert space.batch_size(values) == architecture.recipe.batch_size

    def test_canonical_form_is_stable_and_complete(self, space: SearchSpace, seed: int) -> None:
        canonical = space.canonical(space.sample(seed))
        assert canonical == space.canonical(canonical) == space.sample(seed)
        assert space.architecture(canonical) == space.architecture(space.sample(seed))

    def test_canonical_form_drops_what_is_not_active(self, space: SearchSpace, seed: int) -> None:
        values = space.sample(seed)
        # Everything the space knows, with the sample's own values on top.
        noisy = {each.name: each.default for each in space.hyperparameters().space} | values
        assert space.canonical(noisy) == space.canonical(values)
        assert space.architecture(noisy) == space.architecture(values)

    def test_different_canonical_forms_differ_in_what_is_built(self, space: SearchSpace) -> None:
        samples = [space.canonical(space.sample(seed)) for seed in range(50)]
        unique = {json.dumps(sample) for sample in samples}
        assert len({space.architecture(sample) for sample in samples}) == len(unique)

    def test_values_survive_json(self, space: SearchSpace, seed: int) -> None:
        values = space.canonical(space.sample(seed))
        again = json.loads(json.dumps(values))
        assert again == values
        assert space.architecture(again) == space.architecture(values)

    def test_bad_values_are_refused(self, space: SearchSpace) -> None:
        name = space.hyperparameters().space[0].name
        with pytest.raises(UserInputError, match="Received"):
            space.architecture({name: "no such option"})
        with pytest.raises(UserInputError, match="no hyperparameter"):
            space.architecture({"no such name": 1})

    def test_first_guesses_are_legal_and_distinct(self, space: SearchSpace) -> None:
        for guess in space.guesses():
            assert space.canonical(guess).items() >= guess.items()
        guesses = space.first_guesses()
        assert [space.canonical(guess) for guess in guesses] == list(guesses)
        assert len({json.dumps(guess) for guess in guesses}) == len(guesses)

    # Narrowing

    def test_choices_narrow_every_root(self, space: SearchSpace) -> None:
        for each in space.hyperparameters().space:
            if each.conditions or len(each.values) < 2:
                continue
            kept = each.values[-1]
            narrowed = self.space_class(space.signature, choices={each.name: [str(kept)]})
            assert narrowed.size() < space.size()
            for seed in SEEDS:
                assert narrowed.sample(seed)[each.name] == kept
            for guess in narrowed.first_guesses():
                assert guess[each.name] == kept

    def test_bad_choices_are_refused(self, space: SearchSpace) -> None:
        name = space.hyperparameters().space[0].name
        refused: list[dict[str, Any]] = [{name + "x": [1]}, {name: ["no such"]}, {name: []}]
        for choices in refused:
            with pytest.raises(UserInputError):
                self.space_class(space.signature, choices=choices)

    # Building

    def test_same_values_give_the_same_model(self, space: SearchSpace, seed: int) -> None:
        values = space.sample(seed)
        first, second = (space.build(_with(values)) for _ in range(2))
        assert first.get_config() == second.get_config()
        assert first.optimizer.get_config() == second.optimizer.get_config()
        for one, other in zip(
            self.weights(space, values), self.weights(space, values), strict=True
        ):
            np.testing.assert_array_equal(one, other)

    def test_model_maps_raw_inputs_to_probabilities(self, space: SearchSpace, seed: int) -> None:
        model = space.build(_with(space.sample(seed)))
        assert model.optimizer is not None
        assert model.layers[-1].name == "probabilities"
        assert model.layers[-2].name == "logits"
        outputs = model.predict_on_batch(batch(space.signature, 4)[0])
        assert outputs.shape == (4, space.signature.target.units)
        np.testing.assert_allclose(outputs.sum(axis=1), 1.0, atol=1e-5)

    def test_one_step_trains_every_weight(self, space: SearchSpace, seed: int) -> None:
        keras.utils.set_random_seed(seed)
        model = space.build(_with(space.sample(seed)))
        model.run_eagerly = True  # One step: tracing would take longer than running.
        before = [keras.ops.convert_to_numpy(weight).copy() for weight in model.trainable_weights]
        loss = model.train_on_batch(*batch(space.signature))[0]
        assert np.isfinite(loss)
        for weight, old in zip(model.trainable_weights, before, strict=True):
            assert np.isfinite(keras.ops.convert_to_numpy(weight)).all(), weight.path
            assert (keras.ops.convert_to_numpy(weight) != old).any(), weight.path

    def test_saved_and_loaded_it_says_the_same(
        self, space: SearchSpace, seed: int, tmp_path: Path
    ) -> None:
        model = space.build(_with(space.sample(seed)))
        model.optimizer.build(model.trainable_variables)
        model.save(tmp_path / "m.keras")
        loaded = keras.models.load_model(tmp_path / "m.keras")
        inputs = batch(space.signature, 4)[0]
        np.testing.assert_array_equal(
            loaded.predict_on_batch(inputs), model.predict_on_batch(inputs)
        )
        assert loaded.optimizer.get_config() == model.optimizer.get_config()

    def test_first_guesses_build(self, space: SearchSpace) -> None:
        for guess in space.first_guesses():
            assert space.build(_with(guess)).count_params() > 0
