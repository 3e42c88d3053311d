"""What is particular to the convolutional space."""

from __future__ import annotations

import sys
import types

import keras
import numpy as np
import pytest

from search_spaces import (
    BLOCKS,
    SPACES,
    InputSpec,
    Signature,
    TargetSpec,
    UnsuitableSpaceError,
)
from search_spaces.blocks.plain import Plain
from search_spaces.spaces.cnn_plan import CnnPlan
from search_spaces.testing import classification_of


def image(*shape, low=0.0, high=255.0):
    return Signature(InputSpec("image", shape, low, high), TargetSpec("classification", 10))


@pytest.mark.parametrize(
    ("shape", "strides", "stages"),
    [((4, 4, 1), 1, 1), ((8, 8, 1), 1, 2), ((28, 28, 1), 1, 4), ((96, 96, 3), 2, 4)],
)
def test_is_scaled_to_the_image(shape, strides, stages):
    plan = CnnPlan.of(image(*shape))
    assert (plan.stem_strides, plan.max_stages) == (strides, stages)
    assert min(plan.stage_size(stages)) >= 2


def test_images_too_small_are_refused():
    with pytest.raises(UnsuitableSpaceError, match="at least 4x4"):
        SPACES.get("cnn")(image(3, 8, 1))


@pytest.mark.parametrize(("low", "high"), [(0, 16), (0, 255), (-1, 1), (0, 1)])
def test_rescales_raw_values_itself(low, high):
    space = SPACES.get("cnn")(image(8, 8, 1, low=low, high=high))
    rescaling = space.build(space.hyperparameters()).get_layer("r")
    ends = np.array(rescaling(np.array([float(low), float(high)])))
    np.testing.assert_allclose(ends, [-1, 1], atol=1e-6)


@pytest.mark.parametrize("pooling", ["max", "average", "stride"])
def test_each_stage_halves_the_image(pooling):
    space = SPACES.get("cnn")(image(9, 8, 1))
    values = {"stages": 2, "pooling": pooling, "head": "flatten", "stage_2/width": 16}
    model = space.construct(space.architecture(values))
    assert model.get_layer("h").output.shape == (None, 3 * 2 * 16)


def test_a_stage_repeats_its_block():
    space = SPACES.get("cnn")(image(8, 8, 1))
    model = space.construct(space.architecture({"stage_1/depth": 2}))
    names = [layer.name for layer in model.layers]
    assert [name for name in names if name.endswith("c")] == ["s0c", "s1b1c", "s1b2c"]


def test_layer_names_are_short():
    space = SPACES.get("cnn")(image(28, 28, 1))
    for seed in range(4):
        model = space.construct(space.architecture(space.sample(seed)))
        names = [layer.name for layer in model.layers]
        assert max(len(name) for name in names[:-2]) <= 6


def test_first_guess_is_small():
    space = SPACES.get("cnn")(classification_of("image 8x8x1"))
    sizes = [space.build_from(guess).count_params() for guess in space.first_guesses()]
    assert sizes[0] < 12_000
    assert min(sizes) < 4_000


class Mine(Plain):
    """A block that some other package brings."""

    summary = "somebody else's"


@pytest.fixture
def outside(monkeypatch):
    module = types.ModuleType("outside")
    module.Mine = Mine
    monkeypatch.setitem(sys.modules, "outside", module)
    return "outside:Mine"


def test_a_block_is_taken_by_import_path(outside):
    space = SPACES.get("cnn")(image(8, 8, 1), choices={"block": [outside]})
    values = space.sample(0)
    assert values["stage_1/block"] == outside
    assert isinstance(space.build_from(values), keras.Model)
    assert space.first_guesses()[0]["stage_1/block"] == outside


def test_a_registered_block_becomes_an_option(outside, monkeypatch):
    monkeypatch.setattr(BLOCKS, "_paths", dict(BLOCKS._paths))
    BLOCKS.register("mine", outside)
    options = {each.name: each.values for each in _space().hyperparameters().space}
    assert "mine" in options["stage_1/block"]
    assert "stage_1/mine/kernel" in options
    space = SPACES.get("cnn")(image(8, 8, 1), choices={"block": ["mine"]})
    assert space.architecture(space.sample(1)).stages[0].block == "mine"


def _space():
    return SPACES.get("cnn")(image(8, 8, 1))
