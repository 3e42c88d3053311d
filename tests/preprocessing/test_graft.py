"""Front and tail become part of one flat model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import keras
import numpy as np
import pytest
from keras import ops

from automl.preprocessing.base import Front, Tail
from automl.preprocessing.graft import features_of, graft
from search_spaces import SPACES, InputSpec, Signature, TargetSpec


@dataclass(frozen=True)
class Squares(Front):
    """Squares 256 numbers and makes a picture of them."""

    name: ClassVar[str] = "squares"

    @property
    def raw_shape(self) -> tuple[int, ...]:
        return (256,)

    def apply(self, inputs: Any) -> Any:
        return keras.layers.Reshape((16, 16, 1), name="fr")(ops.square(inputs))


@dataclass(frozen=True)
class Doubled(Tail):
    """Twice the output, plus the mean of what the model was given."""

    name: ClassVar[str] = "doubled"

    def apply(self, features: Any, outputs: Any) -> Any:
        mean = ops.mean(features, axis=(1, 2))
        return keras.layers.Add(name="answer")([ops.multiply(outputs, 2.0), mean])


@pytest.fixture(scope="module", params=["cnn", "transformer", "hybrid"])
def body(request):
    signature = Signature(InputSpec("image", (16, 16, 1), 0.0, 1.0), TargetSpec("regression", 2))
    space = SPACES.get(request.param)(signature)
    return space.build_from(space.first_guesses()[0])


@pytest.fixture(scope="module")
def raw():
    return np.random.default_rng(0).random((5, 256), np.float32)


def test_one_model_does_all_three(body, raw):
    features = features_of(Squares(), raw)
    np.testing.assert_allclose(features, (raw**2).reshape(5, 16, 16, 1), rtol=1e-6)
    expected = 2 * body.predict_on_batch(features) + features.mean(axis=(1, 2))
    whole = graft(body, Squares(), Doubled())
    np.testing.assert_allclose(whole.predict_on_batch(raw), expected, atol=1e-5)
    assert whole.input_shape == (None, 256)


def test_it_is_flat_and_shares_the_weights(body):
    whole = graft(body, Squares(), Doubled())
    assert not [layer for layer in whole.layers if isinstance(layer, keras.Model)]
    names = {layer.name for layer in whole.layers}
    assert {layer.name for layer in body.layers} <= names
    assert {id(weight) for weight in body.weights} == {id(weight) for weight in whole.weights}


def test_it_loads_in_plain_keras(body, raw, tmp_path):
    whole = graft(body, Squares(), Doubled())
    whole.save(tmp_path / "whole.keras")
    again = keras.saving.load_model(tmp_path / "whole.keras", compile=False, safe_mode=True)
    np.testing.assert_array_equal(again.predict_on_batch(raw), whole.predict_on_batch(raw))


def test_a_tail_alone_keeps_the_input(body):
    features = np.random.default_rng(1).random((3, 16, 16, 1), np.float32)
    whole = graft(body, None, Doubled())
    expected = 2 * body.predict_on_batch(features) + features.mean(axis=(1, 2))
    np.testing.assert_allclose(whole.predict_on_batch(features), expected, atol=1e-5)


def test_nothing_to_graft_leaves_the_model_as_it_is(body):
    assert graft(body, None, None) is body
