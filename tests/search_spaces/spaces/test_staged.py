"""What `cnn`, `mobile` and `micro` have in common."""

from __future__ import annotations

import json
import sys
import types

import keras
import keras_tuner
import numpy as np
import pytest

from search_spaces import (
    BLOCKS,
    SPACES,
    InputSpec,
    Signature,
    TargetSpec,
    UnsuitableSpaceError,
    UserInputError,
)
from search_spaces.blocks.plain import Plain
from search_spaces.testing import batch, signature_of

STAGED = ("cnn", "mobile", "micro")
ACCEPTED = {
    "cnn": ("image 8x8x1", "image 96x96x3", "spectrogram 49x40", "series 64x1", "tokens 24"),
    "mobile": ("image 8x8x1", "image 96x96x3", "spectrogram 49x40", "series 64x1"),
    "micro": ("image 8x8x1", "image 96x96x3", "spectrogram 49x40", "series 64x1"),
}


def series(steps, channels=3, **more):
    spec = InputSpec(
        "series", (steps, channels), mean=(0.5,) * channels, std=(2.0,) * channels, **more
    )
    return Signature(spec, TargetSpec("classification", 4))


def tokens(length):
    return Signature(InputSpec("tokens", (length,), vocabulary=30), TargetSpec("classification", 4))


@pytest.mark.parametrize(
    ("name", "kind"), [(name, kind) for name in STAGED for kind in ACCEPTED[name]]
)
def test_has_guesses_for_what_it_accepts(name, kind):
    space = SPACES.get(name)(signature_of(kind))
    assert 2 <= len(space.first_guesses()) <= 6
    for guess in space.guesses():
        # Legal as they are: nothing had to be replaced.
        assert space.canonical(guess).items() >= guess.items()


@pytest.mark.parametrize("name", STAGED)
@pytest.mark.parametrize("target", ["multilabel", "regression"])
def test_answers_with_labels_and_numbers(name, target):
    space = SPACES.get(name)(signature_of("image 8x8x1", target, 3))
    model = space.build_from(space.sample(0))
    assert model.layers[-1].name == ("probabilities" if target == "multilabel" else "outputs")
    assert model.predict_on_batch(batch(space.signature, 2)[0]).shape == (2, 3)


@pytest.mark.parametrize("name", STAGED)
@pytest.mark.parametrize(
    ("kind", "target"), [("vector 13", "classification"), ("image 8x8x1", "reconstruction")]
)
def test_says_what_it_does_not_take(name, kind, target):
    with pytest.raises(UnsuitableSpaceError, match=r"it (takes|answers)"):
        SPACES.get(name)(signature_of(kind, target))


@pytest.mark.parametrize("kind", ["plain", "strided", "patchify"])
def test_every_stem_leaves_the_same_size_to_the_stages(kind):
    space = SPACES.get("cnn")(signature_of("image 96x96x3"))
    values = {"stem/kind": kind, "stages": 2, "stage_2/width": 16, "head": "flatten"}
    model = space.construct(space.architecture(values))
    height, width = space.plan.stage_size(2)
    assert model.get_layer("h").output.shape[1] == height * width * 16


def test_branches_are_dropped_more_the_deeper_they_are():
    space = SPACES.get("cnn")(signature_of("image 8x8x1"))
    values = {"stages": 2, "stage_1/block": "residual", "stage_2/block": "residual"}
    model = space.construct(space.architecture(values | {"branch_dropout": 0.2}))
    assert model.get_layer("s1b1r").rate == pytest.approx(0.1)
    assert model.get_layer("s2b1r").rate == pytest.approx(0.2)


def test_channels_are_dropped_after_each_stage():
    space = SPACES.get("cnn")(signature_of("series 64x1"))
    values = {"stages": 2, "regularize": "yes", "regularizer/channel_dropout": 0.2}
    model = space.construct(space.architecture(values))
    for name in ("s1d", "s2d"):
        assert isinstance(model.get_layer(name), keras.layers.SpatialDropout1D)


def test_a_last_convolution_and_a_hidden_layer_are_choices():
    space = SPACES.get("mobile")(signature_of("image 28x28x1"))
    values = {"top": 96, "head": "dense", "hidden": 64}
    model = space.construct(space.architecture(values))
    assert model.get_layer("tc").filters == 96
    assert model.get_layer("hd").units == 64
    assert "top" not in SPACES.get("micro")(signature_of("image 28x28x1"))._known


# Padding


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["series", "tokens"])
def test_more_padding_does_not_change_the_answer(kind, seed):
    # Lengths that halve as evenly: strides meet the same steps in both.
    short, long = (
        series(length, ragged=True) if kind == "series" else tokens(length) for length in (32, 48)
    )
    spaces = [
        SPACES.get("cnn")(each, choices={"head": ["average", "max"]}) for each in (short, long)
    ]
    values = spaces[0].sample(seed)
    models = []
    for space in spaces:
        keras.utils.set_random_seed(0)
        models.append(space.construct(space.architecture(values)))
    inputs = batch(short, 3, seed)[0]
    padding = [(0, 0)] * inputs.ndim
    padding[1] = (0, 16)
    for one, other in zip(models[0].weights, models[1].weights, strict=True):
        # Statistics that a normalization of new weights would not have moved.
        value = np.random.default_rng(seed).normal(0.5, 0.2, one.shape)
        one.assign(np.abs(value) if "norm" in one.path else value * 0.5)
        other.assign(one)
    expected = models[0].predict_on_batch(inputs)
    found = models[1].predict_on_batch(np.pad(inputs, padding))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_groups_of_channels_are_not_normalized_over_padding():
    options = {
        name: SPACES.get("cnn")(each)._known["normalization"]
        for name, each in {"all": series(32), "ragged": series(32, ragged=True)}.items()
    }
    assert "group" in options["all"]
    assert "group" not in options["ragged"]


def test_noise_stays_out_of_padding():
    space = SPACES.get("cnn")(series(32, ragged=True))
    values = {"regularize": "yes", "regularizer/noise": 0.1}
    model = space.construct(space.architecture(values))
    inputs = batch(space.signature, 6)[0]
    entering = keras.Model(model.input, model.get_layer("s0c").input)
    found = keras.ops.convert_to_numpy(entering(inputs, training=True))
    quiet = keras.ops.convert_to_numpy(entering(inputs))
    padded = ~inputs.any(-1)
    assert padded.any()
    assert (found[padded] == 0).all()
    assert (found[~padded] != quiet[~padded]).mean() > 0.9


# Nothing that means nothing


def test_pooling_is_a_choice_where_some_stage_halves():
    short = SPACES.get("cnn")(series(64))
    assert "pooling" not in short.canonical({"stages": 1})
    assert "pooling" in short.canonical({"stages": 2})
    alone = {"stages": 1, "stem/kind": "strided"}
    large = SPACES.get("cnn")(signature_of("image 96x96x3"))
    assert "pooling" not in large.canonical(alone)
    assert "pooling" in large.canonical(alone | {"stages": 2})
    tiny = SPACES.get("cnn")(signature_of("image 8x8x1"), plan={"max_stages": 1})
    assert "pooling" in tiny.canonical({"stem/kind": "plain"})
    assert "pooling" not in tiny.canonical({"stem/kind": "strided"})


@pytest.mark.parametrize("kind", ["plain", "strided"])
@pytest.mark.parametrize("signature", [signature_of("image 96x96x3"), series(5000)])
def test_every_kernel_of_a_stem_is_another(kind, signature):
    space = SPACES.get("cnn")(signature)
    kernels = {}
    for kernel in space.plan.stem_kernels:
        first = space.architecture({"stem/kind": kind, "stem/kernel": kernel}).stem
        model = space.construct(space.architecture({"stem/kind": kind, "stem/kernel": kernel}))
        kernels[kernel] = model.get_layer("s0c").kernel_size[0]
        assert kernels[kernel] == first.kernel >= first.factor
        assert kernels[kernel] % 2
    assert len(set(kernels.values())) == len(kernels)


def test_values_that_play_no_part_make_one_model_of_one_configuration():
    space = SPACES.get("cnn")(signature_of("image 8x8x1"))
    alone = {"stages": 1, "stem/kind": "strided", "stage_1/block": "plain"}
    others = alone | {"pooling": "stride", "branch_dropout": 0.2}
    assert space.canonical(others) == space.canonical(alone)
    assert space.architecture(others) == space.architecture(alone)
    narrow = {"stages": 1, "stage_1/block": "bottleneck", "stage_1/width": 8}
    mild, strong = (narrow | {"stage_1/bottleneck/reduction": each} for each in (2, 4))
    assert space.canonical(mild) == space.canonical(strong)
    configs = []
    for values in (mild, strong):  # As KerasTuner builds them, with all their values.
        hp = keras_tuner.HyperParameters()
        hp.values = dict(values)
        configs.append(json.dumps(space.build(hp).get_config(), default=str))
    assert configs[0] == configs[1]
    wide = {"stage_1/width": 16}
    assert space.canonical(mild | wide) != space.canonical(strong | wide)


def test_branches_are_dropped_where_there_can_be_some():
    signature = signature_of("image 28x28x1")
    space = SPACES.get("cnn")(signature)
    assert "branch_dropout" in space.canonical({"stage_1/block": "residual"})
    assert "branch_dropout" not in space.canonical({"stages": 1, "stage_1/block": "plain"})
    straight = {"block": ["plain", "separable", "dilated", "parallel"]}
    assert "branch_dropout" not in SPACES.get("cnn")(signature, straight).canonical({})
    plan = {"blocks": ["plain"]}
    assert "branch_dropout" not in SPACES.get("cnn")(signature, plan=plan)._known


def test_every_block_that_drops_branches_says_so():
    for name in SPACES.get("cnn")(signature_of("image 28x28x1")).plan.blocks:
        space = SPACES.get("cnn")(signature_of("image 28x28x1"), {"block": name, "depth": 2})
        values = {"stages": 1, "branch_dropout": 0.2} if BLOCKS.get(name).branches else {}
        model = space.construct(space.architecture(values))
        dropped = any(each.name.endswith("r") and "b" in each.name for each in model.layers[1:])
        assert dropped == BLOCKS.get(name).branches, name


def test_regularizers_suit_the_input_and_the_target():
    known = SPACES.get("cnn")(tokens(32))._known
    assert "regularizer/noise" not in known
    assert "orthogonal" in known["regularizer/penalty"]
    known = SPACES.get("cnn")(signature_of("image 8x8x1", "regression", 1))._known
    assert "regularizer/noise" in known
    assert "orthogonal" not in known["regularizer/penalty"]


# Plans and blocks


def test_a_plan_can_be_written_anew():
    signature = signature_of("image 28x28x1")
    plan = {"blocks": ["plain"], "widths": [8], "stem_widths": [8], "activations": ["relu"]}
    space = SPACES.get("cnn")(signature, plan=plan | {"max_stages": 1, "depths": [1]})
    assert space._known["stage_1/block"] == ("plain",)
    assert "stage_2/block" not in space._known
    assert space.build_from(space.sample(0)).count_params() > 0


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"heads": ["best"]}, "best"),
        ({"widths": []}, "must have an option"),
        ({"depths": [0]}, "at least 1"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(plan, said):
    with pytest.raises(UserInputError, match=said):
        SPACES.get("cnn")(signature_of("image 28x28x1"), plan=plan)


class Flat(Plain):
    """A block for images only that no int8 file can hold."""

    summary = "somebody else's"
    ranks = (2,)
    unsupported = {"int8": "it is made up"}  # noqa: RUF012


@pytest.fixture
def flat(monkeypatch):
    module = types.ModuleType("outside")
    module.Flat = Flat
    monkeypatch.setitem(sys.modules, "outside", module)
    return "outside:Flat"


@pytest.mark.parametrize("name", STAGED)
def test_a_block_is_taken_by_import_path(name, flat):
    space = SPACES.get(name)(signature_of("image 8x8x1"), choices={"block": [flat]})
    assert isinstance(space.build_from(space.sample(0)), keras.Model)


def test_what_a_block_cannot_be_shipped_as_is_left_out(flat):
    choices = {"block": [flat, "plain"]}
    space = SPACES.get("cnn")(signature_of("image 8x8x1"), choices, targets=("int8",))
    assert space.choices["stage_1/block"] == ("plain",)
    assert any(out.option == flat and out.reason == "it is made up" for out in space.left_out)


def test_a_block_of_another_rank_is_refused(flat):
    with pytest.raises(UserInputError, match="axes of positions"):
        SPACES.get("cnn")(signature_of("series 64x1"), choices={"block": [flat]})


def test_only_convolutions_of_the_rank_are_offered():
    for kind in ("image 8x8x1", "series 64x1"):
        space = SPACES.get("cnn")(signature_of(kind))
        for name in space._known["stage_1/block"]:
            block = BLOCKS.get(name)
            assert block.family == "convolution"
            assert space.signature.input.rank in block.ranks


def test_micro_networks_are_small():
    for kind in ACCEPTED["micro"]:
        space = SPACES.get("micro")(signature_of(kind))
        for guess in space.first_guesses():
            assert space.build_from(guess).count_params() < 90_000


def test_what_padding_spoils_in_int8_is_left_out():
    for each, left in ((series(32, ragged=True), 2), (series(32), 0), (tokens(32), 2)):
        space = SPACES.get("cnn")(each, targets=("int8",))
        assert [out.name for out in space.left_out] == ["normalization"] * left
        assert "batch" in space.choices.get("normalization", ("batch",))
