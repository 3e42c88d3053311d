"""What attention computes, and what it must not see."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from search_spaces.layers.attention import attend
from search_spaces.layers.positions import rotate

STEPS, CHANNELS, HEADS, KEY = 6, 10, 3, 4


def model(masked=False, **options):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((STEPS, CHANNELS))
    mask = keras.Input((STEPS, 1))
    outputs = attend(inputs, HEADS, KEY, "a", mask=mask if masked else None, **options)
    return keras.Model([inputs, mask] if masked else inputs, outputs)


def data(steps=STEPS):
    return np.random.default_rng(1).normal(size=(2, steps, CHANNELS)).astype("float32")


def test_agrees_with_the_attention_of_keras():
    ours = model()
    theirs = keras.layers.MultiHeadAttention(HEADS, KEY)
    theirs.build((None, STEPS, CHANNELS), (None, STEPS, CHANNELS))
    shapes = {"query": (HEADS, KEY), "key": (HEADS, KEY), "value": (HEADS, KEY)}
    weights = []
    for name, bias in shapes.items():
        kernel, *own = ours.get_layer(f"a{name[0]}").get_weights()
        weights += [kernel.reshape(CHANNELS, HEADS, KEY), own[0].reshape(bias) if own else 0]
    kernel, bias = ours.get_layer("ao").get_weights()
    weights += [kernel.reshape(HEADS, KEY, CHANNELS), bias]
    theirs.set_weights(
        [np.broadcast_to(new, old.shape) for new, old in zip(weights, theirs.weights, strict=True)]
    )
    expected = ops.convert_to_numpy(theirs(data(), data()))
    np.testing.assert_allclose(ours.predict_on_batch(data()), expected, atol=1e-5)


@pytest.mark.parametrize("rotary", [False, True])
def test_padding_is_not_looked_at(rotary):
    attention = model(masked=True, rotary=rotary)
    mask = np.ones((2, STEPS, 1), "float32")
    mask[:, 4:] = 0
    noisy = data()
    noisy[:, 4:] = 100
    first, second = (attention.predict_on_batch([x, mask])[:, :4] for x in (data(), noisy))
    np.testing.assert_array_equal(first, second)


def test_nothing_but_padding_gives_numbers():
    outputs = model(masked=True).predict_on_batch([data(), np.zeros((2, STEPS, 1), "float32")])
    assert np.isfinite(outputs).all()


def test_one_step_has_nothing_to_choose_from():
    inputs = keras.Input((1, CHANNELS))
    names = [layer.name for layer in keras.Model(inputs, attend(inputs, 2, 4, "a")).layers]
    assert names[1:] == ["av", "ao"]


def test_every_weight_gets_a_gradient():
    attention = model(masked=True, rotary=True)
    attention.compile("sgd", "mse")
    before = attention.get_weights()
    x, mask = data(), np.ones((2, STEPS, 1), "float32")
    attention.train_on_batch([x, mask], np.tanh(x))
    assert all((old != new).any() for old, new in zip(before, attention.get_weights(), strict=True))


def test_turned_products_depend_on_the_distance_alone():
    inputs = keras.Input((1, 8, 4))
    turn = keras.Model(inputs, rotate(inputs))
    one = np.tile(np.random.default_rng(0).normal(size=(1, 1, 1, 4)), (1, 1, 8, 1))
    other = np.tile(np.random.default_rng(1).normal(size=(1, 1, 1, 4)), (1, 1, 8, 1))
    a, b = (turn.predict_on_batch(x.astype("float32"))[0, 0] for x in (one, other))
    products = a @ b.T
    for distance in (-3, 0, 2):
        line = np.diagonal(products, distance)
        np.testing.assert_allclose(line, line[0], atol=1e-2)
    assert abs(products[0, 0] - products[0, 3]) > 0.05


def test_odd_widths_are_not_turned():
    with pytest.raises(ValueError, match="even"):
        rotate(keras.Input((1, 8, 3)))
