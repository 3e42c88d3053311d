"""Exact arithmetic tells what rounding explains from what is wrong."""

from __future__ import annotations

import keras
import numpy as np

from automl.testing.differences import difference
from automl.testing.exactness import outputs_in_64_bits
from search_spaces.layers.activations import activation


def cancelling():
    """Returns a network that takes large numbers from large numbers, and inputs for it."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((8,))
    tensor = keras.layers.Dense(64, name="large")(keras.layers.Rescaling(3e4)(inputs))
    tensor = activation("hard_silu", "turn")(tensor)
    model = keras.Model(inputs, keras.layers.Dense(4)(tensor))
    kernel, bias = model.layers[-1].get_weights()
    kernel[::2] = -kernel[1::2]
    model.layers[-1].set_weights([kernel, bias])
    first = model.get_layer("large")
    weights, bias = first.get_weights()
    weights[:, ::2] = weights[:, 1::2] * (1 + 1e-6)
    first.set_weights([weights, bias])
    return model, np.random.default_rng(0).random((16, 8), "float32")


def by_hand(model, inputs):
    """The same in NumPy's float64."""
    scale = float(model.layers[1].scale)
    (weights, bias), (kernel, last) = (
        [each.astype("float64") for each in layer.get_weights()]
        for layer in (model.get_layer("large"), model.layers[-1])
    )
    tensor = inputs.astype("float64") * scale @ weights + bias
    return tensor * np.clip(tensor / 6 + 0.5, 0, 1) @ kernel + last


def test_exact_outputs_are_those_of_64_bits():
    model, inputs = cancelling()
    exact, expected = outputs_in_64_bits(model, inputs), by_hand(model, inputs)
    assert exact.dtype == np.float64
    np.testing.assert_allclose(exact, expected, rtol=1e-9, atol=1e-9)


def test_keras_own_rounding_shows_beside_them():
    model, inputs = cancelling()
    before = [weight.copy() for weight in model.get_weights()]
    own = difference(np.asarray(model(inputs)), outputs_in_64_bits(model, inputs))
    assert 1e-4 < own < 1
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
