"""The dense space: linear to residual to mixer, self-normalizing where it should be."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from search_spaces import InputSpec, Signature, TargetSpec, UserInputError
from search_spaces.spaces.dense import DenseLayers
from search_spaces.spaces.mlp import MixerLayers, MlpSpace, ResidualLayers
from search_spaces.testing.inputs import batch, signature_of


def _names(model: Any) -> list[str]:
    return [type(layer).__name__ for layer in model.layers]


@pytest.fixture(scope="module")
def vector() -> MlpSpace:
    return MlpSpace(signature_of("vector 13"))


@pytest.fixture(scope="module")
def image() -> MlpSpace:
    return MlpSpace(signature_of("image 8x8x1"))


@pytest.mark.parametrize(
    ("kind", "target", "reason"),
    [
        ("tokens 24", "classification", "tokens"),
        ("image 96x96x3", "classification", "4096"),
        ("vector 13", "reconstruction", "reconstruction"),
    ],
)
def test_refuses_what_it_is_not_made_for(kind: str, target: str, reason: str) -> None:
    assert reason in str(MlpSpace.accepts(signature_of(kind, target)))


@pytest.mark.parametrize("target", ["classification", "multilabel", "regression"])
def test_takes_every_question(target: str) -> None:
    signature = signature_of("vector 13", target, 3)
    model = MlpSpace(signature).build_from({})
    assert model.predict_on_batch(batch(signature, 4)[0]).shape == (4, 3)


def test_no_hidden_layer_is_a_linear_model(vector: MlpSpace) -> None:
    architecture = vector.architecture({"layout": "plain", "plain/layers": 0})
    assert architecture.body == DenseLayers(())
    assert vector.construct(architecture).count_params() == 13 * 10 + 10


def test_taper_halves_the_widths(vector: MlpSpace) -> None:
    values = {"plain/layers": 3, "plain/units": 64, "plain/taper": "yes"}
    assert vector.architecture(values).body == DenseLayers((64, 32, 16))


def test_selu_normalizes_itself(vector: MlpSpace) -> None:
    values = {"plain/activation": "selu", "plain/layers": 2, "dropout": 0.1}
    assert "plain/normalization" not in vector.canonical(values)
    model = vector.build_from(values)
    assert not any("Normalization" in name for name in _names(model))
    assert "AlphaDropout" in _names(model) and "Dropout" not in _names(model)
    hidden = model.get_layer("b1w")
    assert isinstance(hidden.kernel_initializer, keras.initializers.LecunNormal)


def test_residual_blocks_keep_their_width(vector: MlpSpace) -> None:
    values = {"layout": "residual", "residual/layers": 2, "residual/units": 32}
    architecture = vector.architecture(values)
    assert architecture.body == ResidualLayers(2, 32, 2)
    assert _names(vector.construct(architecture)).count("Add") == 2


def test_a_bias_that_a_normalization_cancels_is_not_there(vector: MlpSpace) -> None:
    values = {"layout": "residual", "residual/normalization": "batch"}
    model = vector.build_from(values)
    assert not model.get_layer("ew").use_bias
    assert not model.get_layer("b1v").use_bias


def test_a_mixer_needs_positions(vector: MlpSpace, image: MlpSpace) -> None:
    assert "mixer" not in vector.plan.layouts
    architecture = image.architecture({"layout": "mixer", "mixer/patch": 2})
    assert isinstance(architecture.body, MixerLayers)
    model = image.construct(architecture)
    assert tuple(model.get_layer("q").output.shape) == (None, 16, architecture.body.width)


def test_padded_steps_stay_zero_in_a_mixer() -> None:
    space = MlpSpace(signature_of("series 32x9"))
    values = {"layout": "mixer", "mixer/patch": 2, "mixer/normalization": "batch"}
    model = space.build_from(values)
    inside = keras.Model(model.input, model.get_layer("b1cs").output)
    inputs = batch(space.signature, 4)[0]
    inputs[:, 20:] = 0
    outputs = inside.predict_on_batch(inputs)
    assert outputs.shape[1] == 16
    assert (outputs[:, 10:] == 0).all()
    assert (outputs[:, :8] != 0).any()


def test_plan_can_be_written_down() -> None:
    space = MlpSpace(signature_of("image 8x8x1"), plan={"layouts": ["plain"], "widths": [8]})
    assert space.sample(0)["layout"] == "plain"
    with pytest.raises(UserInputError, match="`layouts` are some of"):
        MlpSpace(signature_of("vector 13"), plan={"layouts": ["mixed"]})


@pytest.mark.parametrize("more", [{}, {"patches": [2]}])
def test_a_vector_is_not_cut_into_patches(more: dict[str, Any]) -> None:
    with pytest.raises(UserInputError, match=r"'mixer'.*a vector has no") as caught:
        MlpSpace(signature_of("vector 13"), plan={"layouts": ["mixer"], **more})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("shape", [(1,), (2,)])
def test_tiny_vectors_build(shape: tuple[int, ...]) -> None:
    signature = Signature(InputSpec("vector", shape, 0, 1), TargetSpec("classification", 2))
    assert MlpSpace(signature).build_from({}).count_params() > 0
