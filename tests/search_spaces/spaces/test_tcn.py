"""What is particular to the temporal convolutional space."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from automl.compression.recipes import FLOAT32, INT8
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
from search_spaces.spaces.tcn_plan import levels_for
from search_spaces.testing import classification_of
from search_spaces.testing.inputs import batch


def ragged(steps):
    spec = InputSpec("series", (steps, 3), mean=(1.0,) * 3, std=(2.0,) * 3, ragged=True)
    return Signature(spec, TargetSpec("classification", 4))


@pytest.mark.parametrize("steps", [4, 24, 100, 1000, 16000])
def test_most_levels_reach_over_the_input(steps):
    space = SPACES.get("tcn")(ragged(steps))
    most = max(space.plan.levels)
    assert most == levels_for(-(-steps // space.plan.shortenings[0]))
    architecture = space.architecture({"levels": most, "causal": "yes"})
    reach = sum(architecture.block(level).reach for level in range(most))
    assert (1 + reach) * architecture.shorten >= steps


def test_dilation_doubles_from_level_to_level():
    space = SPACES.get("tcn")(ragged(64))
    model = space.build_from({"levels": 4})
    dilations = [model.get_layer(f"l{level}c1").dilation_rate for level in range(1, 5)]
    assert dilations == [(1,), (2,), (4,), (8,)]


def test_what_does_not_run_in_time_is_refused():
    with pytest.raises(UnsuitableSpaceError, match="series, tokens and spectrograms"):
        SPACES.get("tcn")(classification_of("image 8x8x1"))


def test_what_padding_spoils_in_int8_is_left_out():
    space = SPACES.get("tcn")(ragged(24), targets=["int8"])
    assert space.choices["normalization"] == ("batch", "none")
    assert not SPACES.get("tcn")(classification_of("series 64x1"), targets=["int8"]).left_out


@pytest.mark.parametrize(
    ("plan", "said"),
    [({"heads": ["nope"]}, "nope"), ({"levels": []}, "levels"), ({"kernels": [1]}, "kernels")],
)
def test_a_plan_that_cannot_be_is_refused(plan, said):
    with pytest.raises(UserInputError, match=said):
        SPACES.get("tcn")(ragged(24), plan=plan)


@pytest.mark.parametrize("causal", ["no", "yes"])
@pytest.mark.parametrize(("shorten", "head"), [(1, "last"), (2, "attention"), (2, "max")])
def test_more_padding_changes_nothing(causal, shorten, head):
    values = {"levels": 2, "shorten": shorten, "causal": causal, "head": head, "width": 16}
    space = SPACES.get("tcn")(ragged(16))
    plan = {each.name: getattr(space.plan, each.name) for each in fields(space.plan)}
    model = space.build_from(values)
    longer = SPACES.get("tcn")(
        ragged(21), plan={k: v for k, v in plan.items() if k != "steps"}
    ).build_from(values)
    longer.set_weights(model.get_weights())
    inputs = batch(space.signature, 4)[0]
    padded = np.pad(inputs, ((0, 0), (0, 5), (0, 0)))
    np.testing.assert_allclose(
        longer.predict_on_batch(padded), model.predict_on_batch(inputs), atol=1e-5
    )


@pytest.mark.parametrize(("causal", "head"), [("yes", "last"), ("no", "attention")])
def test_files_agree_on_padded_inputs(causal, head, tmp_path):
    signature = ragged(20)
    space = SPACES.get("tcn")(signature)
    model = space.build_from(
        {"levels": 2, "shorten": 2, "causal": causal, "head": head, "width": 16}
    )
    inputs = batch(signature, 32)[0]
    expected = model.predict_on_batch(inputs)
    found = run_tflite(convert(freeze(model), FLOAT32, inputs), inputs).outputs
    np.testing.assert_allclose(found, expected, atol=1e-4)
    int8 = run_tflite(convert(freeze(model), INT8, inputs), inputs).outputs
    assert np.abs(int8 - expected).max() < 0.2
    path = TFJSExporter().export(model, FLOAT32, tmp_path, inputs)
    np.testing.assert_allclose(TFJSWasmRuntime().run(path, inputs).outputs, expected, atol=1e-4)
