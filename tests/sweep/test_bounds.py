"""The sweep's bounds tell conversions known to be wrong from those known to be right."""

from __future__ import annotations

import keras
import numpy as np

from automl.export.tflite import convert, freeze
from automl.registry import RECIPES
from automl.testing.points import ROUGHLY, scatter
from automl.verify.litert import run_tflite
from search_spaces.layers.activations import activation
from search_spaces.testing import batch, classification_of
from search_spaces.testing.settling import settle


def int8_error(activate):
    """Returns how far the int8 file of a small dense network is from it, and a constant is."""
    keras.utils.set_random_seed(7)
    inputs = keras.Input((13,))
    tensor = keras.layers.Rescaling(3.0)(inputs)
    for number in range(2):
        tensor = activate(keras.layers.Dense(32)(tensor), f"a{number}")
    logits = keras.layers.Dense(10, name="logits")(tensor)
    model = keras.Model(inputs, keras.layers.Softmax()(logits))
    x = batch(classification_of("vector 13"), 32, seed=1)[0]
    settle(model, x)
    expected = model.predict_on_batch(x)
    found = run_tflite(convert(freeze(model), RECIPES.get("int8"), x), x).outputs
    constant = np.broadcast_to(expected.mean(axis=0), expected.shape)
    return scatter(found, expected), scatter(constant, expected)


def test_a_conversion_known_to_be_wrong_is_beyond_the_bound():
    wrong, constant = int8_error(lambda tensor, name: keras.layers.Activation("mish")(tensor))
    assert wrong > ROUGHLY["int8"]
    assert constant > ROUGHLY["int8"]


def test_the_same_activation_written_for_int8_is_far_within():
    right, _ = int8_error(lambda tensor, name: activation("mish", name)(tensor))
    assert right < ROUGHLY["int8"] / 5
