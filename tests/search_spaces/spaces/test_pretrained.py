"""Pretrained starts: weights come from Keras' cache, or one line says why not."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from search_spaces import AutomlError, InputSpec, Signature, TargetSpec, UserInputError
from search_spaces.making import make_space
from search_spaces.spaces import pretrained_weights
from search_spaces.spaces.pretrained import PretrainedSpace
from search_spaces.testing.inputs import batch, signature_of

SMALL: dict[str, Any] = {"backbone": "mobilenet_v3_small", "side": 32}


@pytest.fixture(scope="module")
def offline() -> PretrainedSpace:
    return PretrainedSpace(signature_of("image 28x28x1"), plan=PretrainedSpace.offline_plan)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Points Keras' cache at an empty folder, and lets every download fail."""

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("Name or service not known")

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("urllib.request.urlopen", fail)
    monkeypatch.setattr("keras.src.utils.file_utils.urlretrieve", fail)
    monkeypatch.setattr("keras.src.backend.config._KERAS_DIR", str(tmp_path))
    monkeypatch.setattr(pretrained_weights, "_failed", {})
    (tmp_path / "models").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (InputSpec("image", (8, 8, 1)), "16 pixels"),
        (InputSpec("image", (32, 32, 2)), "channels"),
        (InputSpec("vector", (8,)), "images"),
    ],
)
def test_refuses_what_it_is_not_made_for(spec: InputSpec, reason: str) -> None:
    signature = Signature(spec, TargetSpec("classification", 3))
    assert reason in str(PretrainedSpace.accepts(signature))


def test_accepts_and_declares_without_weights(home: Path) -> None:
    space = PretrainedSpace(signature_of("image 32x32x3"))
    assert space.first_guesses()
    assert space.size() > 1


def test_one_line_says_that_weights_cannot_be_had(home: Path) -> None:
    space = PretrainedSpace(signature_of("image 28x28x1"))
    with pytest.raises(AutomlError, match=r"Received: .*Go online once") as first:
        space.build_from(SMALL)
    assert "\n" not in str(first.value)
    began = time.monotonic()
    with pytest.raises(AutomlError, match="Received"):
        space.build_from(SMALL)
    assert time.monotonic() - began < 5  # Remembered: not tried again.


def test_preparing_misses_them_before_the_first_trial(home: Path) -> None:
    signature = signature_of("image 32x32x3")
    with pytest.raises(AutomlError, match="leave the space out"):
        make_space(["cnn", "pretrained"], signature).prepare()
    make_space(["cnn", "pretrained"], signature, {"space": ["cnn"]}).prepare()


def test_unreadable_weights_are_named(home: Path) -> None:
    path = pretrained_weights.BACKBONES["mobilenet_v3_small"].path
    path.write_bytes(b"no weights")
    space = PretrainedSpace(signature_of("image 28x28x1"))
    with pytest.raises(AutomlError, match="must be readable") as caught:
        space.build_from(SMALL)
    assert str(path) in str(caught.value)


@pytest.mark.filterwarnings("ignore")  # Keras warns of HDF5, which the weights come in.
def test_weights_of_the_cache_are_the_start(home: Path) -> None:
    keras.utils.set_random_seed(1)
    backbone = keras.applications.MobileNetV3Small(
        input_shape=(32, 32, 3), include_top=False, weights=None
    )
    backbone.save(pretrained_weights.BACKBONES["mobilenet_v3_small"].path)
    keras.utils.set_random_seed(2)
    signature = signature_of("image 32x32x3")
    model = PretrainedSpace(signature).build_from(SMALL)
    inputs = batch(signature, 2)[0]
    features = keras.Model(model.input, model.get_layer("h").output).predict_on_batch(inputs)
    expected = backbone.predict_on_batch(inputs).mean(axis=(1, 2))
    np.testing.assert_allclose(features, expected, atol=1e-4)


@pytest.mark.parametrize("trained", ["none", "last", "all"])
def test_the_part_that_is_trained(offline: PretrainedSpace, trained: str) -> None:
    model = offline.build_from({**SMALL, "trained": trained})
    share = len(model.trainable_weights) / len(model.weights)
    low, high = {"none": (0.0, 0.02), "last": (0.1, 0.5), "all": (0.6, 1.0)}[trained]
    assert low < share < high
    if trained == "none":
        assert {w.path.split("/")[0] for w in model.trainable_weights} == {"logits"}


def test_fine_tuning_is_slow(offline: PretrainedSpace) -> None:
    values = {**SMALL, "learning_rate": 1e-2}
    assert offline.recipe({**values, "trained": "none"}).learning_rate == 1e-2
    slow = offline.recipe({**values, "trained": "all", "rate_factor": 0.09})
    assert slow.learning_rate == pytest.approx(9e-4)


def test_names_depend_on_the_architecture_alone(offline: PretrainedSpace) -> None:
    first, second = (offline.build_from(SMALL).get_config() for _ in range(2))
    assert first == second
    assert max(len(layer["name"]) for layer in first["layers"]) <= len("probabilities")


def test_plan_is_checked() -> None:
    with pytest.raises(UserInputError, match="`weights` is one of"):
        PretrainedSpace(signature_of("image 28x28x1"), plan={"weights": "file.pkl"})
