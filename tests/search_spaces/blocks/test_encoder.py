"""What is particular to the encoder."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.encoder import Encoder, EncoderChoices

STEPS = 8


def model(choices, masked=False, **around):
    keras.utils.set_random_seed(0)
    inputs, mask = keras.Input((STEPS, 6)), keras.Input((STEPS, 1))
    surroundings = Surroundings(
        **{"filters": 6, "activation": "gelu"} | around, mask=mask if masked else None
    )
    outputs = Encoder().apply(choices, inputs, surroundings)
    return keras.Model([inputs, mask] if masked else inputs, outputs)


def data(seed=0):
    return np.random.default_rng(seed).normal(size=(2, STEPS, 6)).astype("float32")


@pytest.mark.parametrize("order", ["pre", "post"])
@pytest.mark.parametrize("feed_forward", ["plain", "gated"])
@pytest.mark.parametrize("rotary", [False, True])
def test_padding_does_not_reach_the_data(order, feed_forward, rotary):
    encoder = model(
        EncoderChoices(order=order, feed_forward=feed_forward, rotary=rotary), masked=True
    )
    mask = np.ones((2, STEPS, 1), "float32")
    mask[:, 5:] = 0
    noisy = np.where(mask > 0, data(), 50.0).astype("float32")
    first, second = (encoder.predict_on_batch([x, mask])[:, :5] for x in (data(), noisy))
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_strides_pool_the_steps_and_the_mask():
    encoder = model(EncoderChoices(), masked=True, strides=2, filters=10)
    mask = np.ones((2, STEPS, 1), "float32")
    mask[:, 5:] = 0
    noisy = np.where(mask > 0, data(), 50.0).astype("float32")
    first, second = (encoder.predict_on_batch([x, mask]) for x in (data(), noisy))
    assert first.shape == (2, 4, 10)
    np.testing.assert_allclose(first[:, :3], second[:, :3], atol=1e-6)


def test_first_or_last_comes_the_normalization():
    outputs = {
        order: model(EncoderChoices(order=order)).predict_on_batch(20 * data())
        for order in ("pre", "post")
    }
    np.testing.assert_allclose(outputs["post"].std(axis=-1), 1, atol=1e-2)
    assert outputs["pre"].std() > 5


def test_dropouts_are_active_in_training_only():
    encoder = model(EncoderChoices(attention_dropout=0.2), dropout=0.3, branch_dropout=0.2)
    x = data()
    np.testing.assert_array_equal(encoder(x, training=False), encoder(x, training=False))
    first, second = (keras.ops.convert_to_numpy(encoder(x, training=True)) for _ in range(2))
    assert (first != second).any()


@pytest.mark.parametrize(
    "wrong",
    [
        {"order": "both"},
        {"norm": "batch"},
        {"feed_forward": "deep"},
        {"heads": 0},
        {"rotary": True, "key_width": 3},
        {"attention_dropout": 1.0},
    ],
)
def test_wrong_choices_are_refused(wrong):
    with pytest.raises(ValueError, match="Received"):
        EncoderChoices(**wrong)
