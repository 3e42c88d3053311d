"""Autoencoders give back raw values of the input's shape, whatever it is."""

from __future__ import annotations

from typing import Any

import keras
import keras_tuner
import numpy as np
import pytest

from search_spaces import InputSpec, Signature, TargetSpec, UserInputError
from search_spaces.spaces.autoencoder import AutoencoderSpace, ConvolutionCoder
from search_spaces.spaces.dense import DenseLayers
from search_spaces.testing.inputs import batch, signature_of


def _reconstruction(spec: InputSpec) -> Signature:
    return Signature(spec, TargetSpec("reconstruction", int(np.prod(spec.shape))))


@pytest.mark.parametrize(
    ("kind", "target", "reason"),
    [
        ("tokens 24", "reconstruction", "tokens"),
        ("image 8x8x1", "classification", "gives its input back"),
    ],
)
def test_refuses_what_it_is_not_made_for(kind: str, target: str, reason: str) -> None:
    assert reason in str(AutoencoderSpace.accepts(signature_of(kind, target)))


def test_refuses_a_target_of_another_size() -> None:
    spec = InputSpec("vector", (4,))
    reason = AutoencoderSpace.accepts(Signature(spec, TargetSpec("reconstruction", 3)))
    assert "gives back 4 values" in str(reason)


@pytest.mark.parametrize(
    "spec",
    [
        InputSpec("image", (9, 13, 1)),
        InputSpec("image", (33, 30, 3)),
        InputSpec("spectrogram", (21, 10, 1), mean=(0.0,), std=(1.0,)),
        InputSpec("series", (29, 3), mean=(0.0,) * 3, std=(1.0,) * 3),
    ],
    ids=str,
)
@pytest.mark.parametrize("block", ["plain", "residual"])
def test_odd_sizes_come_back_exactly(spec: InputSpec, block: str) -> None:
    space = AutoencoderSpace(_reconstruction(spec))
    values = {
        "layout": "convolution",
        "convolution/stages": space.plan.stages[-1],
        "convolution/block": block,
    }
    assert space.build_from(values).output.shape == (None, *spec.shape)


@pytest.mark.parametrize("layout", ["dense", "convolution"])
def test_layers_mirror_each_other_around_the_code(layout: str) -> None:
    space = AutoencoderSpace(signature_of("image 8x8x1", "reconstruction"))
    architecture = space.architecture({"layout": layout, "code": 8})
    assert isinstance(architecture.body, DenseLayers if layout == "dense" else ConvolutionCoder)
    model = space.construct(architecture)
    assert model.get_layer("code").units == 8
    assert model.output.shape == model.input.shape
    assert len([x for x in model.layers if x.name.startswith("e1")]) == len(
        [x for x in model.layers if x.name.startswith("u1") and x.name not in ("u1g", "u1x")]
    )


def test_outputs_are_raw_values() -> None:
    spec = InputSpec("vector", (3,), mean=(100.0, -5.0, 0.0), std=(10.0, 1.0, 0.1))
    space = AutoencoderSpace(_reconstruction(spec))
    model = space.build_from({"layout": "dense", "dense/layers": 0})
    model.get_layer("y").set_weights([np.zeros_like(w) for w in model.get_layer("y").get_weights()])
    outputs = model.predict_on_batch(np.ones((1, 3), "float32"))
    np.testing.assert_allclose(outputs[0], spec.mean, rtol=1e-6)


def test_padding_comes_back_as_padding() -> None:
    space = AutoencoderSpace(signature_of("series 32x9", "reconstruction"))
    inputs = batch(space.signature, 4)[0]
    inputs[:, 20:] = 0
    for layout in space.plan.layouts:
        outputs = space.build_from({"layout": layout}).predict_on_batch(inputs)
        assert (outputs[:, 20:] == 0).all()
        assert (outputs[:, :16] != 0).any()


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adagrad"])
def test_training_on_pixels_is_stable(optimizer: str) -> None:
    """Raw errors are in the thousands; the loss counts them in rescaled units."""
    space = AutoencoderSpace(signature_of("image 8x8x1", "reconstruction"))
    signature = _reconstruction(InputSpec("image", (8, 8, 1), 0.0, 255.0))
    space = AutoencoderSpace(signature)
    rng = np.random.default_rng(0)
    images = rng.uniform(0, 255, (4, 8, 8, 1)).repeat(32, axis=0).astype("float32")
    keras.utils.set_random_seed(0)
    hp = keras_tuner.HyperParameters()
    hp.values = {"layout": "dense", "dense/layers": 1, "optimizer": optimizer}
    model = space.build(hp)
    losses: list[Any] = model.fit(images, images, epochs=8, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    assert losses[0] < 5
    assert losses[-1] < 0.5 * losses[0]


def test_a_vector_has_nothing_to_convolve() -> None:
    signature = signature_of("vector 13", "reconstruction")
    with pytest.raises(UserInputError, match="needs positions, and a vector has none"):
        AutoencoderSpace(signature, plan={"layouts": ["convolution"], "stages": [1]})


def test_guesses_suit_every_input() -> None:
    for kind in ("vector 13", "image 28x28x1", "image 96x96x3", "series 32x9", "spectrogram 49x40"):
        space = AutoencoderSpace(signature_of(kind, "reconstruction"))
        assert space.first_guesses()


def test_neither_noise_nor_the_code_reads_padding() -> None:
    spec = InputSpec("series", (24, 3), mean=(1.0,) * 3, std=(2.0,) * 3, ragged=True)
    space = AutoencoderSpace(_reconstruction(spec))
    values = {"layout": "convolution", "regularize": "yes", "regularizer/noise": 0.1}
    keras.utils.set_random_seed(0)
    model = space.build_from(values)
    inputs = batch(space.signature, 6)[0]
    padded = ~inputs.any(-1)
    assert padded.any()
    entering = keras.Model(model.input, model.get_layer("e1c").input)
    found = keras.ops.convert_to_numpy(entering(inputs, training=True))
    assert (found[padded] == 0).all()
    flat = keras.ops.convert_to_numpy(keras.Model(model.input, model.get_layer("f").output)(inputs))
    for row, missing in zip(flat, padded, strict=True):
        steps = row.reshape(model.get_layer("f").input.shape[1], -1)
        left = -(-int((~missing).sum()) * len(steps) // len(missing))
        assert (steps[left:] == 0).all()
    assert (model.predict_on_batch(inputs)[padded] == 0).all()
