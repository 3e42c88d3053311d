"""Positions and the class token."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from search_spaces.layers.positions import POSITIONS, place, prepend_class, waves


def model(kind, steps=5, width=6):
    inputs = keras.Input((steps, 3))
    return keras.Model(inputs, place(kind, inputs, width, "p"))


@pytest.mark.parametrize("kind", POSITIONS)
def test_only_without_positions_equal_steps_stay_equal(kind):
    outputs = model(kind).predict_on_batch(np.ones((1, 5, 3), "float32"))[0]
    differ = np.abs(outputs - outputs[:1]).max() > 1e-3
    assert outputs.shape == (5, 6)
    assert differ == (kind != "none")


def test_learned_positions_are_one_layer():
    weights = model("learned").layers[-1].get_weights()
    assert [weight.shape for weight in weights] == [(3, 6), (5, 6)]


def test_unknown_positions_are_refused():
    with pytest.raises(ValueError, match="Received: kind='absolute'"):
        model("absolute")


@pytest.mark.parametrize("width", [1, 6, 7])
def test_waves_tell_every_position_apart(width):
    codes = waves(12, width)
    assert codes.shape == (12, width)
    assert len(np.unique(codes, axis=0)) == 12
    np.testing.assert_array_equal(codes * 1024, np.round(codes * 1024))


def test_class_token_is_trained_and_the_same_for_all():
    inputs, mask = keras.Input((4, 6)), keras.Input((4, 1))
    longer, longer_mask = prepend_class(inputs, mask, "c")
    both = keras.Model([inputs, mask], [longer, longer_mask])
    x = np.random.default_rng(0).normal(size=(2, 4, 6)).astype("float32")
    tokens, kept = both.predict_on_batch([x, np.zeros((2, 4, 1), "float32")])
    token = both.get_layer("c").get_weights()[0][0]
    np.testing.assert_allclose(tokens[:, 0], [token, token])
    np.testing.assert_array_equal(tokens[:, 1:], x)
    np.testing.assert_array_equal(kept[..., 0], [[1, 0, 0, 0, 0]] * 2)
