"""What is particular to the recurrent space."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from automl.compression.recipes import FLOAT32
from automl.export.tfjs.exporter import TFJSExporter
from automl.export.tflite.converting import convert
from automl.export.tflite.freezing import freeze
from automl.verify.litert import run_tflite
from automl.verify.tfjs_node import TFJSWasmRuntime
from search_spaces import (
    SPACES,
    InputSpec,
    Signature,
    TargetSpec,
    UnsuitableSpaceError,
    UserInputError,
)
from search_spaces.testing import classification_of
from search_spaces.testing.inputs import batch, signature_of

RAGGED = Signature(
    InputSpec("series", (12, 3), mean=(1.0,) * 3, std=(2.0,) * 3, ragged=True),
    TargetSpec("classification", 4),
)
#: Both directions, attention, convolutions that shorten, and a shortcut.
RICH = {
    "front": "conv",
    "shorten": 2,
    "layers": 2,
    "width": 16,
    "recurrent/bidirectional": "yes",
    "recurrent/residual": "yes",
    "head": "attention",
    "shortcut": "average",
}


def series(steps, ragged=False):
    spec = InputSpec("series", (steps, 3), mean=(0.0,) * 3, std=(1.0,) * 3, ragged=ragged)
    return Signature(spec, TargetSpec("classification", 4))


@pytest.mark.parametrize("steps", [4, 24, 100, 1000, 16000])
def test_some_length_always_ships_to_tfjs(steps):
    space = SPACES.get("rnn")(series(steps), targets=["tfjs"])
    plan, left = space.plan, space.choices.get("shorten", space.plan.shortenings)
    assert left
    assert all(plan.unrolled(factor) <= plan.tfjs_steps for factor in left)
    for guess in space.first_guesses():
        assert not space.unsupported(guess).keys() & {"tfjs"}


def test_what_is_left_out_says_how_long_it_is():
    space = SPACES.get("rnn")(series(100), targets=["tfjs"])
    (first, *_) = space.left_out
    assert (first.name, first.option) == ("shorten", 1)
    assert "600 unrolled steps" in first.reason


def test_int8_is_refused_by_name():
    with pytest.raises(UnsuitableSpaceError, match="dynamic_int8"):
        SPACES.get("rnn")(RAGGED, targets=["int8"])


@pytest.mark.parametrize("kind", ["image 8x8x1", "vector 13"])
def test_what_does_not_run_in_time_is_refused(kind):
    with pytest.raises(UnsuitableSpaceError, match="series, tokens and spectrograms"):
        SPACES.get("rnn")(classification_of(kind))


@pytest.mark.parametrize("shorten", [1, 2, 4])
@pytest.mark.parametrize("front", ["none", "conv"])
@pytest.mark.parametrize("head", ["last", "average", "max"])
def test_more_padding_changes_nothing(shorten, front, head):
    values = RICH | {"shorten": shorten, "front": front, "head": head}
    space = SPACES.get("rnn")(replace_steps(RAGGED, 16))
    model = space.build_from(values)
    plan = {each.name: getattr(space.plan, each.name) for each in fields(space.plan)}
    longer = SPACES.get("rnn")(
        replace_steps(RAGGED, 21), plan={k: v for k, v in plan.items() if k != "steps"}
    ).build_from(values)
    longer.set_weights(model.get_weights())
    inputs = batch(space.signature, 4)[0]
    padded = np.pad(inputs, ((0, 0), (0, 5), (0, 0)))
    np.testing.assert_allclose(
        longer.predict_on_batch(padded), model.predict_on_batch(inputs), atol=1e-5
    )


def replace_steps(signature, steps):
    spec = replace(signature.input, shape=(steps, *signature.input.shape[1:]))
    return replace(signature, input=spec)


@pytest.mark.parametrize("cell", ["gru", "lstm", "simple"])
def test_files_agree_on_padded_inputs(cell, tmp_path):
    space = SPACES.get("rnn")(RAGGED)
    head = "attention" if cell == "gru" else "last"
    model = space.build_from(RICH | {"recurrent/cell": cell, "head": head})
    inputs = batch(RAGGED, 6)[0]
    expected = model.predict_on_batch(inputs)
    found = run_tflite(convert(freeze(model), FLOAT32, inputs), inputs).outputs
    np.testing.assert_allclose(found, expected, atol=1e-4)
    path = TFJSExporter().export(model, FLOAT32, tmp_path, inputs)
    np.testing.assert_allclose(TFJSWasmRuntime().run(path, inputs).outputs, expected, atol=1e-4)


def test_channels_are_dropped_between_layers_only():
    # The first layer may read one channel: without it there is nothing.
    spec = InputSpec("series", (12, 1), mean=(0.0,), std=(1.0,))
    space = SPACES.get("rnn")(Signature(spec, TargetSpec("classification", 4)))
    assert "layer_dropout" not in space.canonical({"layers": 1})
    model = space.build_from({"layers": 2, "layer_dropout": 0.5, "width": 16})
    assert [each.name for each in model.layers if each.name.endswith("d")] == ["l2d"]


def test_guesses_name_nothing_that_is_off():
    for kind in ("series 32x9", "tokens 24", "spectrogram 49x40"):
        space = SPACES.get("rnn")(classification_of(kind))
        for guess in space.guesses():
            assert space.canonical(guess).items() >= guess.items()


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"heads": ["nope"]}, "nope"),
        ({"fronts": ["back"]}, "back"),
        ({"max_layers": "2"}, "max_layers"),
        ({"widths": [1]}, "widths"),
        ({"shortenings": [3]}, "powers of two"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(plan, said):
    with pytest.raises(UserInputError, match=said):
        SPACES.get("rnn")(RAGGED, plan=plan)


def test_convolutions_of_a_spectrogram_halve_its_bins():
    space = SPACES.get("rnn")(classification_of("spectrogram 49x40"))
    model = space.build_from({"front": "image", "shorten": 4, "convolution/width": 16})
    assert model.get_layer("fq").output.shape == (None, 13, 10 * 16)


def test_other_questions_are_answered():
    for target in ("multilabel", "regression"):
        signature = signature_of("tokens 24", target, units=3)
        space = SPACES.get("rnn")(signature)
        model = space.build_from(space.first_guesses()[0])
        assert model.predict_on_batch(batch(signature, 2)[0]).shape == (2, 3)


def test_a_front_that_shortens_nothing_has_no_pooling():
    space = SPACES.get("rnn")(signature_of("series 32x9"))
    assert "conv/pooling" not in space.canonical({"front": "conv", "shorten": 1})
    assert "conv/pooling" in space.canonical({"front": "conv", "shorten": 2})
