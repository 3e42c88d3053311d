"""What is particular to the transformer space."""

from __future__ import annotations

import subprocess
import sys

import keras
import numpy as np
import pytest

from search_spaces import (
    SPACES,
    InputSpec,
    Signature,
    TargetSpec,
    UnsuitableSpaceError,
    UserInputError,
)
from search_spaces.blocks.choosing import asked_blocks
from search_spaces.definition import Definition
from search_spaces.spaces.transformer_plan import FEWEST, MOST, TransformerPlan
from search_spaces.testing import batch, classification_of, signature_of


def space_of(kind, **choices):
    return SPACES.get("transformer")(classification_of(kind), choices)


def series(steps, ragged=False):
    spec = InputSpec("series", (steps, 3), mean=(0.5,) * 3, std=(2.0,) * 3, ragged=ragged)
    return Signature(spec, TargetSpec("classification", 3))


def attended(model):
    """Returns the number of tokens that the first encoder looks at."""
    return model.get_layer("t1av").input.shape[1]


@pytest.mark.parametrize("size", [(8, 8), (28, 28), (49, 40), (96, 96), (224, 224), (11, 300)])
def test_images_become_a_fair_number_of_tokens(size):
    plan = TransformerPlan.of(
        Signature(InputSpec("image", (*size, 1)), TargetSpec("classification", 2))
    )
    factors = [*plan.patches, *(2**halving for halving in plan.halvings)]
    assert plan.patches
    for factor in factors:
        tokens = -(-size[0] // factor) * -(-size[1] // factor)
        assert FEWEST <= tokens <= MOST[2]


@pytest.mark.parametrize("steps", [4, 24, 300, 5000, 16000])
def test_long_series_are_strided_over(steps):
    signature = series(steps)
    plan = TransformerPlan.of(signature)
    assert plan.strides
    for stride in (*plan.strides, *plan.patches):
        assert FEWEST <= -(-steps // stride) <= MOST[1]


@pytest.mark.parametrize(
    ("values", "tokens"),
    [
        ({"tokens": "patch", "patch/size": 4}, 49),
        ({"tokens": "convolution", "convolution/halvings": 2}, 49),
        ({"tokens": "patch", "patch/size": 4, "head": "class"}, 50),
    ],
)
def test_tokens_are_as_many_as_said(values, tokens):
    space = space_of("image 28x28x1")
    assert attended(space.construct(space.architecture(values))) == tokens


def test_frames_of_a_spectrogram_are_tokens():
    space = space_of("spectrogram 49x40")
    model = space.construct(space.architecture({"tokens": "frames", "frames/strides": 1}))
    assert attended(model) == 49


@pytest.mark.parametrize("head", ["average", "class", "max", "average_max", "attention"])
@pytest.mark.parametrize("positions", ["learned", "sinusoidal"])
def test_padding_at_the_end_of_a_text_changes_nothing(head, positions):
    short, long = (
        SPACES.get("transformer")(
            Signature(InputSpec("tokens", (steps,), vocabulary=30), TargetSpec("regression", 2))
        )
        for steps in (10, 16)
    )
    values = {"head": head, "positions": positions, "words/bag": "yes", "encoder/rotary": "yes"}
    models = []
    for space in (short, long):
        keras.utils.set_random_seed(0)
        models.append(space.construct(space.architecture(values)))
    for mine, other in zip(models[0].layers, models[1].layers, strict=True):
        weights = mine.get_weights()
        if mine.name == "tp" and positions == "learned":
            weights[1] = np.pad(weights[1], ((0, 6), (0, 0)), constant_values=3.0)
        other.set_weights(weights)
    x = np.random.default_rng(0).integers(1, 30, (4, 10)).astype("int32")
    x[0, 4:] = 0
    answers = models[0].predict_on_batch(x)
    np.testing.assert_allclose(
        models[1].predict_on_batch(np.pad(x, ((0, 0), (0, 6)))), answers, atol=2e-5
    )


def test_what_padding_holds_after_patches_does_not_matter():
    space = SPACES.get("transformer")(series(600, ragged=True), {"tokens": "patch"})
    model = space.construct(space.architecture({}))
    x = np.random.default_rng(0).normal(size=(2, 600, 3)).astype("float32")
    x[:, 301:] = 0
    assert np.isfinite(model.predict_on_batch(x)).all()
    assert np.isfinite(model.predict_on_batch(np.zeros_like(x))).all()


@pytest.mark.parametrize("target", ["multilabel", "regression"])
@pytest.mark.parametrize("kind", ["tokens 24", "series 32x9"])
def test_other_targets_train(kind, target):
    space = SPACES.get("transformer")(signature_of(kind, target, 3))
    model = space.build_from({})
    model.run_eagerly = True
    assert np.isfinite(model.train_on_batch(*batch(space.signature))[0])


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        (InputSpec("vector", (9,)), "classification"),
        (InputSpec("image", (7, 9, 1)), "classification"),
        (InputSpec("series", (3, 1)), "classification"),
        (InputSpec("series", (30, 1)), "reconstruction"),
    ],
)
def test_what_cannot_be_attended_to_is_refused(spec, kind):
    with pytest.raises(UnsuitableSpaceError):
        SPACES.get("transformer")(Signature(spec, TargetSpec(kind, 30)))


def test_noise_comes_once():
    for kind in ("series 32x9", "image 8x8x1", "spectrogram 49x40"):
        space = space_of(kind)
        values = {"regularize": "yes", "regularizer/noise": 0.1}
        names = [layer.name for layer in space.construct(space.architecture(values)).layers]
        assert names.count("g") == 1


def test_words_have_no_noise():
    """What a token's vector is rescaled to is not known, so no noise fits it."""
    assert "regularizer/noise" not in space_of("tokens 24").names


def test_branches_are_dropped_more_often_the_later_they_are():
    space = space_of("series 32x9")
    model = space.construct(space.architecture({"depth": 2, "branch_dropout": 0.2}))
    assert model.get_layer("t1b1").rate < model.get_layer("t2b1").rate == 0.2


def test_plain_keras_loads_it(tmp_path):
    space = space_of("tokens 24")
    values = {"encoder/rotary": "yes", "positions": "sinusoidal", "head": "class"}
    model = space.construct(space.architecture(values))
    model.save(tmp_path / "m.keras")
    x = batch(space.signature, 4)[0]
    np.savez(tmp_path / "data.npz", x=x, y=model.predict_on_batch(x))
    code = f"""
import sys, keras, numpy as np
model = keras.models.load_model({str(tmp_path / "m.keras")!r}, safe_mode=True)
data = np.load({str(tmp_path / "data.npz")!r})
assert "search_spaces" not in sys.modules
np.testing.assert_allclose(model.predict_on_batch(data["x"]), data["y"], atol=1e-6)
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, timeout=200)


def test_masks_with_several_users_survive_tflite():
    """Attention and its pooling read one mask, which the converter once could not sort out."""
    from automl.export.tflite.converting import convert
    from automl.export.tflite.freezing import freeze
    from automl.registry import RECIPES
    from automl.verify.litert import run_tflite

    space = space_of("series 32x9")
    values = {"head": "attention", "encoder/rotary": "yes"}
    model = space.construct(space.architecture(values))
    rng = np.random.default_rng(0)
    # The converter takes other ways where a bias is zero.
    model.set_weights([rng.normal(scale=0.2, size=w.shape) for w in model.get_weights()])
    x = batch(space.signature, 4)[0]
    content = convert(freeze(model), RECIPES.get("float32"), x)
    np.testing.assert_allclose(run_tflite(content, x).outputs, model.predict_on_batch(x), atol=1e-5)


@pytest.mark.parametrize("name", ["transformer", "hybrid"])
@pytest.mark.parametrize("kind", ["image 8x8x1", "spectrogram 49x40", "series 64x1", "tokens 24"])
def test_guesses_mean_what_they_say(name, kind):
    space = SPACES.get(name)(classification_of(kind))
    for guess in space.guesses():
        assert space.canonical(guess).items() >= guess.items()


@pytest.mark.parametrize("name", ["transformer", "hybrid"])
@pytest.mark.parametrize(
    "spec",
    [
        InputSpec("spectrogram", (2000, 40, 1), mean=(0.0,), std=(1.0,)),
        InputSpec("image", (8, 2000, 1)),
        InputSpec("image", (2048, 2048, 1)),
        InputSpec("tokens", (9000,), vocabulary=10),
    ],
)
def test_odd_sizes_fit_or_are_refused_in_words(name, spec):
    signature = Signature(spec, TargetSpec("classification", 3))
    reason = SPACES.get(name).accepts(signature)
    if reason is None:
        space = SPACES.get(name)(signature)
        assert space.first_guesses()
        assert space.canonical(space.sample(0))
    else:
        assert str(spec.shape) in reason


def test_blocks_from_outside_are_told_the_steps_and_checked():
    temporal = "search_spaces.blocks.temporal:Temporal"
    space = space_of("series 32x9", encoder=[temporal])
    assert space.construct(space.architecture({"encoder": temporal}))
    with pytest.raises(UserInputError, match="axes of positions"):
        asked_blocks("encoder", ["encoder"], {}, rank=2)


def test_a_kernel_is_chosen_only_where_it_counts():
    space = SPACES.get("transformer")(series(1000))
    values = {"tokens": "convolution", "convolution/strides": space.plan.strides[0]}
    assert space.plan.strides[0] == 4
    assert "convolution/kernel" not in space.canonical(values)
    assert "convolution/kernel" in space_of("series 64x1").canonical({})


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("transformer", {"widths": ["wide"]}),
        ("transformer", {"activations": ["nope"]}),
        ("hybrid", {"poolings": ["nope"]}),
        ("hybrid", {"stages": []}),
        ("mlp", {"max_layers": "2"}),
    ],
)
def test_a_plan_says_what_is_wrong_with_it(name, plan):
    with pytest.raises(UserInputError, match=rf"`{next(iter(plan))}`.*Received"):
        SPACES.get(name)(classification_of("image 28x28x1"), plan=plan)


def test_a_definition_has_a_name_that_can_be_part_of_others():
    with pytest.raises(UserInputError, match="without any of"):
        Definition("a/b", "cnn")
