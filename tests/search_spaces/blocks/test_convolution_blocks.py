"""What is particular to the convolution blocks."""

from __future__ import annotations

import keras
import keras_tuner
import numpy as np
import pytest

from search_spaces import BLOCKS
from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.bottleneck import Bottleneck, BottleneckChoices
from search_spaces.blocks.convnext import ConvNext, ConvNextChoices
from search_spaces.blocks.dilated import Dilated, DilatedChoices
from search_spaces.blocks.fused import Fused, FusedChoices
from search_spaces.blocks.grouped import Grouped, GroupedChoices, divisor_up_to
from search_spaces.blocks.inverted import Inverted, InvertedChoices
from search_spaces.blocks.parallel import Parallel, ParallelChoices
from search_spaces.narrowing import NarrowedHyperParameters

RESIDUAL = ("residual", "bottleneck", "grouped", "convnext", "inverted", "fused")
BLOCKS_HERE = (*RESIDUAL, "plain", "separable", "dilated", "parallel")


def options(block, size):
    hp = keras_tuner.HyperParameters()
    block.choose(NarrowedHyperParameters(hp), size)
    return {each.name: each.values for each in hp.space}


def build(block, choices, shape=(8, 8, 6), **around):
    inputs = keras.Input(shape, name="x")
    outputs = block.apply(choices, inputs, Surroundings(**{"filters": 6, **around}))
    return keras.Model(inputs, outputs)


def default(name, size):
    block = BLOCKS.get(name)()
    return block, block.choose(NarrowedHyperParameters(keras_tuner.HyperParameters()), size)


@pytest.mark.parametrize("name", BLOCKS_HERE)
@pytest.mark.parametrize("strides", [1, 2])
def test_sequences_are_taken_like_images(name, strides):
    block, choices = default(name, (16,))
    model = build(block, choices, (16, 3), filters=6, strides=strides)
    assert model.output.shape == (None, 16 // strides, 6)


@pytest.mark.parametrize("name", BLOCKS_HERE)
@pytest.mark.parametrize("strides", [1, 2])
def test_padding_is_not_read(name, strides):
    block, choices = default(name, (16,))
    inputs = {"t": keras.Input((16, 4), name="t"), "m": keras.Input((16, 1), name="m")}
    around = Surroundings(6, strides=strides, normalization="none", mask=inputs["m"])
    model = keras.Model(inputs, block.apply(choices, inputs["t"], around))
    rng = np.random.default_rng(0)
    mask = np.zeros((1, 16, 1), "float32")
    mask[:, :10] = 1
    clean = rng.normal(size=(1, 16, 4)).astype("float32") * mask
    dirty = clean + (1 - mask) * rng.normal(size=(1, 16, 4)).astype("float32")
    one, other = (model.predict_on_batch({"t": each, "m": mask}) for each in (clean, dirty))
    data = 10 // strides
    np.testing.assert_allclose(one[:, :data], other[:, :data], atol=1e-6)


@pytest.mark.parametrize("name", RESIDUAL)
def test_the_branch_can_be_dropped_as_a_whole(name):
    block, choices = default(name, (8, 8))
    model = build(block, choices, branch_dropout=0.999)
    inputs = np.random.default_rng(0).uniform(0.1, 1, (1, 8, 8, 6)).astype("float32")
    # Activations after the sum leave positive inputs as they are.
    np.testing.assert_allclose(model(inputs, training=True), inputs, atol=1e-6)
    assert np.abs(np.asarray(model(inputs)) - inputs).max() > 1e-3


@pytest.mark.parametrize(
    ("block", "choices"),
    [
        (Inverted(), InvertedChoices(excitation=0.25)),
        (Fused(), FusedChoices(excitation=0.25)),
        (Fused(), FusedChoices(expansion=1, excitation=0.25)),
    ],
)
def test_excitation_weighs_channels_between_zero_and_one(block, choices):
    model = build(block, choices, name="b")
    gate = keras.Model(model.input, model.get_layer("by").output)
    values = gate.predict_on_batch(np.random.default_rng(0).normal(size=(2, 8, 8, 6)))
    assert values.shape[1:3] == (1, 1)
    assert (values >= 0).all()
    assert (values <= 1).all()


def test_excitation_averages_over_data_only():
    inputs = {"t": keras.Input((8, 4), name="t"), "m": keras.Input((8, 1), name="m")}
    around = Surroundings(4, normalization="none", mask=inputs["m"])
    outputs = Inverted().apply(InvertedChoices(excitation=0.25), inputs["t"], around)
    gate = keras.Model(inputs, keras.Model(inputs, outputs).get_layer("by").output)
    mask = np.zeros((1, 8, 1), "float32")
    mask[:, :5] = 1
    steps = np.ones((1, 8, 4), "float32")
    # Far from both ends of the data, padding or not makes no difference to a step.
    short = gate.predict_on_batch({"t": steps * mask, "m": mask})
    longer = gate.predict_on_batch({"t": steps * mask + 9 * (1 - mask), "m": mask})
    np.testing.assert_allclose(short, longer, atol=1e-6)


@pytest.mark.parametrize(("most", "width", "groups"), [(4, 24, 4), (4, 6, 3), (8, 7, 7), (2, 5, 1)])
def test_groups_divide_the_width(most, width, groups):
    assert divisor_up_to(most, width) == groups
    model = build(Grouped(), GroupedChoices(groups=most), filters=width)
    assert model.get_layer("bc").groups == groups


@pytest.mark.parametrize(
    ("size", "dilations"), [((2, 2), [1]), ((5, 9), [2]), ((14, 14), [2, 4]), ((64,), [2, 4, 8])]
)
def test_dilation_stays_inside_the_input(size, dilations):
    assert options(Dilated(), size)["dilation"] == dilations


@pytest.mark.parametrize(
    ("size", "kernels"), [((2, 2), [3]), ((5, 9), [5, 3]), ((14, 14), [7, 5, 3])]
)
def test_convnext_prefers_the_largest_kernel(size, kernels):
    assert options(ConvNext(), size)["kernel"] == kernels


def test_parallel_splits_the_width_over_three_kernels():
    model = build(Parallel(), ParallelChoices(9), (16, 4), filters=8)
    made = [model.get_layer(f"bc{number}") for number in (1, 2, 3)]
    assert [layer.kernel_size for layer in made] == [(5,), (7,), (9,)]
    assert [layer.filters for layer in made] == [3, 3, 2]


def test_fused_without_expansion_has_no_projection():
    names = [layer.name for layer in build(Fused(), FusedChoices(expansion=1)).layers]
    assert "bp" not in names


def test_kernels_of_sequences_are_longer():
    assert options(BLOCKS.get("plain")(), (64,))["kernel"] == [3, 5, 9]
    assert options(BLOCKS.get("plain")(), (64, 64))["kernel"] == [3, 5]


@pytest.mark.parametrize(
    "make",
    [
        lambda: InvertedChoices(excitation=2.0),
        lambda: FusedChoices(expansion=0),
        lambda: FusedChoices(excitation=-1.0),
        lambda: BottleneckChoices(reduction=0),
        lambda: ConvNextChoices(expansion=0),
        lambda: DilatedChoices(dilation=0),
        lambda: GroupedChoices(groups=0),
        lambda: ParallelChoices(kernel=3),
        lambda: ParallelChoices(kernel=6),
    ],
)
def test_impossible_choices_are_refused(make):
    with pytest.raises(ValueError, match="Received"):
        make()


def test_bottleneck_keeps_four_channels_inside():
    model = build(Bottleneck(), BottleneckChoices(reduction=4), filters=8)
    assert model.get_layer("be").filters == 4
