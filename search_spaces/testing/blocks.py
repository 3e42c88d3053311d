"""What every block must keep, whatever it does inside."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import keras
import keras_tuner
import numpy as np
import pytest

from search_spaces.blocks.base import FAMILIES, Block, Surroundings
from search_spaces.layers.pooling import shrink_mask
from search_spaces.limits import TARGETS
from search_spaces.narrowing import NarrowedHyperParameters

#: Axes of positions -> sizes a block is built at.
SIZES: dict[int, tuple[tuple[int, ...], ...]] = {
    1: ((8,), (7,), (2,)),
    2: ((8, 8), (7, 5), (2, 2)),
}
SURROUNDINGS = (
    Surroundings(filters=6, strides=1),
    Surroundings(filters=6, strides=2),
    Surroundings(filters=3, strides=1, normalization="none", activation="elu"),
    Surroundings(
        filters=4,
        strides=2,
        normalization="layer",
        activation="silu",
        dropout=0.1,
        branch_dropout=0.1,
    ),
)
CHANNELS = 3


class BlockContract:
    """Subclass it and override the `block` fixture.

    Each test goes through the ranks that the block says it takes: sequences
    (with a mask too), images, or both.
    """

    @pytest.fixture
    def block(self) -> Block[Any]:
        raise NotImplementedError("Override the `block` fixture to return an instance.")

    def choose(self, block: Block[Any], size: tuple[int, ...], hp: Any = None) -> Any:
        """Returns the default choices of `block` at an input size."""
        hp = keras_tuner.HyperParameters() if hp is None else hp
        return block.choose(NarrowedHyperParameters(hp), size)

    def model(
        self,
        block: Block[Any],
        size: tuple[int, ...],
        around: Surroundings,
        choices: Any = None,
        masked: bool = False,
    ) -> Any:
        """Returns a model of one block after a 3-channel input, and a mask if asked."""
        inputs = [keras.Input((*size, CHANNELS), name="x")]
        if masked:
            inputs.append(keras.Input((*size, 1), name="m"))
            around = dataclasses.replace(around, mask=inputs[1])
        choices = self.choose(block, size) if choices is None else choices
        outputs = block.apply(choices, inputs[0], around)
        if masked:
            # What stands at padded steps is nobody's business.
            kept = shrink_mask(inputs[1], around.strides)
            outputs = keras.layers.Multiply(name="k")([outputs, kept])
        return keras.Model(inputs if masked else inputs[0], outputs, name="m")

    def every_choice(self, block: Block[Any], size: tuple[int, ...]) -> list[Any]:
        """Returns choices that take every option once, the others at their defaults."""
        hp = keras_tuner.HyperParameters()
        self.choose(block, size, hp)
        found = []
        for each in hp.space:
            for option in each.values:
                chosen = keras_tuner.HyperParameters()
                chosen.values = {each.name: option}
                found.append(self.choose(block, size, chosen))
        return list(dict.fromkeys(found)) or [self.choose(block, size)]

    def test_says_what_it_is(self, block: Block[Any]) -> None:
        assert block.summary
        assert block.family in FAMILIES
        assert block.ranks
        assert set(block.ranks) <= set(SIZES)
        assert set(block.unsupported) <= set(TARGETS)
        assert all(block.unsupported.values())

    def test_choices_are_a_frozen_record(self, block: Block[Any]) -> None:
        for size in _sizes(block):
            choices = self.choose(block, size)
            assert dataclasses.is_dataclass(choices)
            assert choices == self.choose(block, size)
            assert hash(choices) == hash(self.choose(block, size))
            names = [field.name for field in dataclasses.fields(choices)]
            if names:
                with pytest.raises(dataclasses.FrozenInstanceError):
                    setattr(choices, names[0], None)

    def test_declares_in_its_own_scope_only(self, block: Block[Any]) -> None:
        for rank in block.ranks:
            hp = keras_tuner.HyperParameters()
            with hp.name_scope("mine"):
                self.choose(block, SIZES[rank][0], hp)
            names = [each.name for each in hp.space]
            assert all(name.startswith("mine/") for name in names)
            assert len(names) == len(set(names))

    @pytest.mark.parametrize("around", SURROUNDINGS)
    def test_builds_what_it_promises(
        self, block: Block[Any], around: Surroundings, tmp_path: Path
    ) -> None:
        """The shape, and names of its own; saved and loaded it says the same."""
        saved = around in SURROUNDINGS[1:3]
        around = dataclasses.replace(around, name="s1b1")
        for rank in block.ranks:
            models = {size: self.model(block, size, around) for size in SIZES[rank]}
            for size, model in models.items():
                halved = (-(-side // around.strides) for side in size)
                assert tuple(model.output.shape) == (None, *halved, around.filters)
                assert np.isfinite(_outputs(model, _values(size))).all()
                names = _names(model)
                assert all(n.startswith(around.name) and len(n) <= 8 for n in names), names
            if saved:
                _check_saving(models[SIZES[rank][0]], SIZES[rank][0], tmp_path / "m.keras")

    def test_built_twice_it_names_its_layers_alike(self, block: Block[Any]) -> None:
        for rank in block.ranks:
            models = [self.model(block, SIZES[rank][0], SURROUNDINGS[-1]) for _ in range(2)]
            assert _names(models[0]) == _names(models[1])

    def test_two_stand_in_one_model(self, block: Block[Any]) -> None:
        for rank in block.ranks:
            size = SIZES[rank][0]
            tensor = inputs = keras.Input((*size, CHANNELS), name="x")
            for number in (1, 2):
                around = Surroundings(filters=4, name=f"b{number}")
                tensor = block.apply(self.choose(block, size), tensor, around)
            names = _names(keras.Model(inputs, tensor))
            assert len(names) == len(set(names))

    @pytest.mark.parametrize("around", SURROUNDINGS[1:3])
    def test_every_option_builds_and_every_weight_counts(
        self, block: Block[Any], around: Surroundings
    ) -> None:
        """One plain gradient step moves each weight, by more than rounding would.

        A bias before a normalization that takes it away again moves by rounding.
        """
        for rank in block.ranks:
            size = SIZES[rank][0]
            expected = tuple(-(-side // around.strides) for side in size)
            # One model of all options: they share the cost of a step.
            keras.utils.set_random_seed(3)
            inputs = keras.Input((*size, CHANNELS), name="x")
            options = self.every_choice(block, size)
            outputs = [
                block.apply(choices, inputs, dataclasses.replace(around, name=f"b{number}"))
                for number, choices in enumerate(options)
            ]
            for choices, output in zip(options, outputs, strict=True):
                assert tuple(output.shape) == (None, *expected, around.filters), choices
            model = keras.Model(inputs, outputs)
            model.compile(keras.optimizers.SGD(1.0), ["mse"] * len(outputs), run_eagerly=True)
            before = {weight.path: _array(weight).copy() for weight in model.trainable_weights}
            targets = [_values(expected, 4, around.filters)] * len(outputs)
            model.train_on_batch(_values(size, 4), targets)
            for choices, output in zip(options, outputs, strict=True):
                weights = keras.Model(inputs, output).trainable_weights
                moves = [float(np.abs(_array(each) - before[each.path]).max()) for each in weights]
                for weight, move in zip(weights, moves, strict=True):
                    assert move > 1e-6 * max(moves), (weight.path, choices)

    @pytest.mark.parametrize("around", SURROUNDINGS[:2])
    def test_more_padding_changes_nothing(self, block: Block[Any], around: Surroundings) -> None:
        if 1 not in block.ranks:
            return
        short, long, data = 8, 12, 6
        values = _values((short,), 2)
        values[:, data:] = 0
        mask = np.repeat((np.arange(long) < data)[None, :, None], 2, axis=0).astype("float32")
        for choices in self.every_choice(block, (short,)):
            keras.utils.set_random_seed(3)
            model = self.model(block, (short,), around, choices, masked=True)
            longer = self.model(block, (long,), around, choices, masked=True)
            if [w.shape for w in model.weights] != [w.shape for w in longer.weights]:
                continue  # Its weights are tied to the number of steps.
            longer.set_weights(model.get_weights())
            padded = np.pad(values, ((0, 0), (0, long - short), (0, 0)))
            expected = _outputs(model, [values, mask[:, :short]])
            found = _outputs(longer, [padded, mask])
            kept = data // around.strides
            np.testing.assert_allclose(
                found[:, :kept], expected[:, :kept], atol=1e-5, err_msg=str(choices)
            )


def _names(model: Any) -> list[str]:
    return [layer.name for layer in _layers(model)]


def _check_saving(model: Any, size: tuple[int, ...], path: Path) -> None:
    model.save(path)
    inputs = _values(size)
    loaded = keras.models.load_model(path)
    np.testing.assert_array_equal(_outputs(loaded, inputs), _outputs(model, inputs))


def _sizes(block: Block[Any]) -> list[tuple[int, ...]]:
    return [size for rank in block.ranks for size in SIZES[rank]]


def _layers(model: Any) -> list[Any]:
    """Returns the layers that the block has made: no inputs, and no operations of `keras.ops`."""
    return [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]


def _values(size: tuple[int, ...], count: int = 2, channels: int = CHANNELS) -> Any:
    return np.random.default_rng(0).normal(size=(count, *size, channels)).astype("float32")


def _outputs(model: Any, inputs: Any) -> Any:
    return _array(model(inputs, training=False))


def _array(tensor: Any) -> Any:
    return keras.ops.convert_to_numpy(tensor)
