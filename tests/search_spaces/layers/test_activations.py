"""Activations are what their names say, at every value, with gradients."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from search_spaces.layers.activations import (
    ACTIVATIONS,
    activation,
    dropout_for,
    initializer_for,
)
from search_spaces.layers.dropping import drop

VALUES = np.concatenate(
    [np.linspace(-8, 8, 321), [-1e4, -100.0, -30.0, 0.0, 30.0, 100.0, 1e4]]
).astype("float32")

#: By NumPy in double precision, or by Keras where the graph is Keras' own.
REFERENCES = {
    "softplus": keras.activations.softplus,
    "mish": keras.activations.mish,
    "selu": keras.activations.selu,
    "gelu": lambda x: keras.activations.gelu(x, approximate=False),
    "gelu_tanh": lambda x: keras.activations.gelu(x, approximate=True),
    "prelu": lambda x: keras.ops.where(x > 0, x, 0.25 * x),
    "leaky_relu": lambda x: keras.activations.leaky_relu(x, negative_slope=0.2),
}


def model_of(kind):
    inputs = keras.Input((1,), name="x")
    return keras.Model(inputs, activation(kind, "a")(inputs))


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_values_are_those_of_keras(kind):
    reference = REFERENCES.get(kind, getattr(keras.activations, kind, None))
    expected = keras.ops.convert_to_numpy(reference(keras.ops.convert_to_tensor(VALUES)))
    found = model_of(kind).predict_on_batch(VALUES[:, None])[:, 0]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("kind", ACTIVATIONS)
def test_gradients_are_finite_everywhere(kind):
    """A dense layer's kernel gets the gradient of each value in turn."""
    inputs = keras.Input((1,))
    scaled = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(inputs)
    model = keras.Model(inputs, activation(kind, "a")(scaled))
    model.compile(keras.optimizers.SGD(1e-9), "mean_absolute_error", run_eagerly=True)
    for value in (-1e4, -30.0, -1e-6, 0.0, 1e-6, 30.0, 1e4):
        loss = model.train_on_batch(np.full((1, 1), value, "float32"), np.zeros((1, 1), "float32"))
        assert np.isfinite(loss)
        assert all(np.isfinite(weight).all() for weight in model.get_weights()), value


@pytest.mark.parametrize("shape", [(5,), (4, 5), (4, 3, 5)])
def test_prelu_has_one_slope_a_channel(shape):
    inputs = keras.Input(shape)
    model = keras.Model(inputs, activation("prelu", "a")(inputs))
    assert model.count_params() == 5


def test_selu_normalizes_itself_with_what_it_asks_for():
    assert (initializer_for("selu"), dropout_for("selu")) == ("lecun_normal", "alpha")
    keras.utils.set_random_seed(0)
    tensor = inputs = keras.Input((64,))
    for _ in range(8):
        dense = keras.layers.Dense(64, kernel_initializer=initializer_for("selu"))
        tensor = activation("selu", "a")(dense(tensor))
    outputs = keras.Model(inputs, tensor).predict(
        np.random.default_rng(0).normal(size=(512, 64)).astype("float32"), verbose=0
    )
    assert outputs.mean() == pytest.approx(0, abs=0.2)
    assert outputs.std() == pytest.approx(1, abs=0.25)
    layer = keras.Model(inputs, drop(inputs, 0.1, "d", "selu")).get_layer("d")
    assert isinstance(layer, keras.layers.AlphaDropout)


def test_what_is_unknown_is_refused():
    with pytest.raises(ValueError, match="Received: kind='rel'"):
        activation("rel", "a")
