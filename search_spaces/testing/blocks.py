"""What every block must keep, whatever it does inside."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np
import pytest

from search_spaces.blocks.base import Block, Surroundings
from search_spaces.narrowing import NarrowedHyperParameters

SIZES = ((8, 8), (7, 5), (2, 2))
SURROUNDINGS = (
    Surroundings(filters=6, strides=1),
    Surroundings(filters=6, strides=2),
    Surroundings(filters=3, strides=1, normalization="none", activation="elu"),
    Surroundings(filters=3, strides=2, normalization="none", activation="silu"),
)


class BlockContract:
    """Subclass it and override the `block` fixture."""

    @pytest.fixture
    def block(self) -> Block[Any]:
        raise NotImplementedError("Override the `block` fixture to return an instance.")

    def choose(self, block: Block[Any], size: tuple[int, int], hp: Any = None) -> Any:
        """Returns the default choices of `block` at an input size."""
        hp = keras_tuner.HyperParameters() if hp is None else hp
        return block.choose(NarrowedHyperParameters(hp), size)

    def model(self, block: Block[Any], size: tuple[int, int], around: Surroundings) -> Any:
        """Returns a model of one block after a 3-channel input."""
        inputs = keras.Input((*size, 3), name="x")
        outputs = block.apply(self.choose(block, size), inputs, around)
        return keras.Model(inputs, outputs, name="m")

    def test_has_a_summary(self, block: Block[Any]) -> None:
        assert block.summary

    @pytest.mark.parametrize("size", SIZES)
    def test_choices_are_a_frozen_record(self, block: Block[Any], size: tuple[int, int]) -> None:
        choices = self.choose(block, size)
        assert dataclasses.is_dataclass(choices)
        assert choices == self.choose(block, size)
        assert hash(choices) == hash(self.choose(block, size))
        names = [field.name for field in dataclasses.fields(choices)]
        if names:
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(choices, names[0], None)

    def test_declares_in_its_own_scope_only(self, block: Block[Any]) -> None:
        hp = keras_tuner.HyperParameters()
        with hp.name_scope("mine"):
            self.choose(block, (8, 8), hp)
        names = [each.name for each in hp.space]
        assert all(name.startswith("mine/") for name in names)
        assert len(names) == len(set(names))

    def test_every_option_builds(self, block: Block[Any]) -> None:
        hp = keras_tuner.HyperParameters()
        self.choose(block, (8, 8), hp)
        for each in hp.space:
            for option in each.values:
                chosen = keras_tuner.HyperParameters()
                chosen.values = {each.name: option}
                choices = self.choose(block, (8, 8), chosen)
                outputs = block.apply(choices, keras.Input((8, 8, 3)), SURROUNDINGS[0])
                assert tuple(outputs.shape) == (None, 8, 8, 6)

    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("around", SURROUNDINGS)
    def test_keeps_the_shape_it_promises(
        self, block: Block[Any], size: tuple[int, int], around: Surroundings
    ) -> None:
        model = self.model(block, size, around)
        height, width = (-(-side // around.strides) for side in size)
        assert tuple(model.output.shape) == (None, height, width, around.filters)
        assert np.isfinite(model.predict_on_batch(np.ones((2, *size, 3)))).all()

    @pytest.mark.parametrize("around", SURROUNDINGS)
    def test_names_its_layers_itself(self, block: Block[Any], around: Surroundings) -> None:
        around = dataclasses.replace(around, name="s1b1")
        first, second = (self.model(block, (8, 8), around).get_config() for _ in range(2))
        assert first == second
        names = [layer["name"] for layer in first["layers"][1:]]
        assert all(name.startswith("s1b1") and len(name) <= 8 for name in names), names

    def test_two_stand_in_one_model(self, block: Block[Any]) -> None:
        tensor = inputs = keras.Input((8, 8, 3), name="x")
        for number in (1, 2):
            around = Surroundings(filters=4, name=f"b{number}")
            tensor = block.apply(self.choose(block, (8, 8)), tensor, around)
        names = [layer.name for layer in keras.Model(inputs, tensor).layers]
        assert len(names) == len(set(names))

    @pytest.mark.parametrize("around", SURROUNDINGS)
    def test_saved_and_loaded_it_says_the_same(
        self, block: Block[Any], around: Surroundings, tmp_path: Path
    ) -> None:
        model = self.model(block, (8, 8), around)
        model.save(tmp_path / "m.keras")
        loaded = keras.models.load_model(tmp_path / "m.keras")
        inputs = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")
        np.testing.assert_array_equal(
            loaded.predict_on_batch(inputs), model.predict_on_batch(inputs)
        )
