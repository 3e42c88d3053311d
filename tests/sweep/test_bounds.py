"""The sweep's bounds tell conversions known to be wrong from those known to be right."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from automl.export.tflite.converting import convert
from automl.export.tflite.freezing import freeze
from automl.registry import RECIPES
from automl.testing.differences import excess, scatter
from automl.testing.points import OVER_ROUNDING, ROUGHLY
from automl.testing.rounding import outputs_in_8_bits
from automl.verify.litert import run_tflite
from search_spaces.layers.activations import activation
from search_spaces.layers.attention import MASKED
from search_spaces.layers.heads import masked_average
from search_spaces.testing import batch, classification_of
from search_spaces.testing.settling import settle


def dense(activate, gain=1.0):
    """Returns a small network with two activations."""
    keras.utils.set_random_seed(7)
    inputs = keras.Input((13,))
    tensor = keras.layers.Rescaling(gain)(inputs)
    for number in range(2):
        tensor = activate(keras.layers.Dense(32)(tensor), f"a{number}")
    return answering(inputs, tensor)


def attending_backwards(masked):
    """Returns a small network whose steps attend to those before them only."""
    keras.utils.set_random_seed(7)
    inputs = keras.Input((64, 1))
    tensor = keras.layers.Dense(32)(keras.layers.Rescaling(0.5, -0.5)(inputs))
    normed = keras.layers.LayerNormalization()(tensor)
    query, key, value = (keras.layers.Dense(16)(normed) for _ in range(3))
    scores = ops.matmul(query, ops.transpose(key, (0, 2, 1))) * 0.25
    scores = scores + np.triu(np.full((64, 64), masked, "float32"), 1)[None]
    seen = ops.matmul(keras.layers.Softmax()(scores), value)
    tensor = tensor + keras.layers.Dense(32)(seen)
    return answering(inputs, keras.layers.GlobalAveragePooling1D()(tensor))


def beside_larger_values(average):
    """Returns a network that reads the average of padded steps, and values 50 times as large."""
    keras.utils.set_random_seed(7)
    inputs = keras.Input((24,), dtype="int32")
    mask = ops.expand_dims(ops.cast(ops.not_equal(inputs, 0), "float32"), -1)
    words = keras.layers.Embedding(50, 32)(inputs)
    larger = keras.layers.LayerNormalization()(keras.layers.Dense(16)(words[:, 0]))
    return answering(inputs, ops.concatenate([larger, average(words, mask)], axis=-1))


def divided(tensor, mask):
    return ops.divide(ops.sum(tensor * mask, axis=1), ops.sum(mask, axis=1))


def answering(inputs, tensor):
    logits = keras.layers.Dense(10, name="logits")(tensor)
    return keras.Model(inputs, keras.layers.Softmax()(logits))


def measured(model, kind):
    """Returns the int8 file's two errors, and those of a file that gives the mean answer."""
    x = batch(classification_of(kind), 32, seed=1)[0]
    settle(model, x)
    expected = model.predict_on_batch(x)
    found = run_tflite(convert(freeze(model), RECIPES.get("int8"), x), x).outputs
    constant = np.broadcast_to(expected.mean(axis=0), expected.shape)
    rounding = outputs_in_8_bits(model, x)
    return [
        (scatter(each, expected), excess(each, expected, rounding)) for each in (found, constant)
    ]


def keras_own(kind):
    return lambda tensor, name: keras.layers.Activation(kind)(tensor)


def written_here(kind):
    return lambda tensor, name: activation(kind, name)(tensor)


@pytest.mark.parametrize("gain", [1.0, 3.0])
@pytest.mark.parametrize("kind", ["mish", "selu", "softplus"])
def test_activations_known_to_be_converted_wrong_are_beyond_the_bound(kind, gain):
    (_, wrong), (scattered, constant) = measured(dense(keras_own(kind), gain), "vector 13")
    assert wrong > 3 * OVER_ROUNDING
    assert constant > 3 * OVER_ROUNDING
    assert scattered > ROUGHLY["int8"]


@pytest.mark.parametrize("kind", ["mish", "selu", "softplus"])
def test_the_same_activations_written_for_int8_are_far_within(kind):
    (scattered, right), _ = measured(dense(written_here(kind)), "vector 13")
    assert right < OVER_ROUNDING / 2
    assert scattered < ROUGHLY["int8"] / 10


@pytest.mark.parametrize("masked", [-1e9, -2.4e38])
def test_a_mask_that_leaves_int8_no_steps_is_beyond_the_bound(masked):
    (_, wrong), _ = measured(attending_backwards(masked), "series 64x1")
    assert wrong > 1.5 * OVER_ROUNDING


def test_the_mask_used_here_is_far_within():
    (_, right), _ = measured(attending_backwards(MASKED), "series 64x1")
    assert right < OVER_ROUNDING / 2


@pytest.mark.parametrize(("average", "fits"), [(divided, False), (masked_average, True)])
def test_an_average_of_padded_steps_keeps_its_value_beside_larger_ones(average, fits):
    (_, error), _ = measured(beside_larger_values(average), "tokens 24")
    assert (error < OVER_ROUNDING) == fits


def test_rounding_leaves_the_model_as_it_was():
    model = dense(written_here("selu"))
    x = batch(classification_of("vector 13"), 8, seed=1)[0]
    before = [np.array(weight) for weight in model.get_weights()]
    expected = model.predict_on_batch(x)
    rounded = outputs_in_8_bits(model, x)
    assert 0 < np.abs(rounded - expected).max() < 0.1
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
