"""Pooling, heads, stems: positions become fewer, padding stays out."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from search_spaces.layers.heads import HEADS, collapse
from search_spaces.layers.pooling import POOLINGS, pool, shrink_mask
from search_spaces.layers.stems import STEMS, stem, stem_factor


def masked(length, data):
    """Returns inputs of a masked sequence, and values for them with wild padding."""
    inputs = [keras.Input((length, 3), name="t"), keras.Input((length, 1), name="m")]
    mask = np.zeros((1, length, 1), "float32")
    mask[:, :data] = 1
    steps = np.random.default_rng(1).normal(-2, 1, (1, length, 3)).astype("float32")
    return inputs, [steps * mask + 50 * (1 - mask), mask], steps[:, :data]


@pytest.mark.parametrize("kind", ["max", "average"])
@pytest.mark.parametrize("data", [4, 5])
def test_pooling_stops_where_the_data_stops(kind, data):
    inputs, values, steps = masked(8, data)
    tensor, strides = pool(kind, inputs[0], "p", inputs[1])
    assert strides == 1
    found = keras.Model(inputs, [tensor, shrink_mask(inputs[1], 2)]).predict_on_batch(values)
    alone = keras.Input((data, 3))
    expected = keras.Model(alone, pool(kind, alone, "p")[0]).predict_on_batch(steps)
    kept = -(-data // 2)
    np.testing.assert_allclose(found[0][:, :kept], expected, atol=1e-6)
    assert found[1][0, :, 0].tolist() == [1.0] * kept + [0.0] * (4 - kept)


def test_strides_are_left_to_the_block():
    tensor = keras.Input((8, 3))
    assert pool("stride", tensor, "p") == (tensor, 2)


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("shape", [(8, 3), (20, 3), (7, 5, 3), (2, 2, 3)])
def test_a_head_makes_a_vector(kind, shape):
    inputs = keras.Input(shape)
    assert len(collapse(kind, inputs, "h", units=16).shape) == 2


@pytest.mark.parametrize("kind", HEADS)
def test_a_head_does_not_read_padding(kind):
    inputs, values, _ = masked(8, 5)
    model = keras.Model(inputs, collapse(kind, inputs[0], "h", inputs[1]))
    other = [values[0] - 30 * (1 - values[1]), values[1]]
    np.testing.assert_allclose(
        model.predict_on_batch(values), model.predict_on_batch(other), atol=1e-6
    )


def test_the_hidden_layer_sees_few_positions():
    inputs = keras.Input((28, 28, 8))
    model = keras.Model(inputs, collapse("dense", inputs, "h", units=16))
    assert model.get_layer("hf").output.shape == (None, 4 * 4 * 8)


@pytest.mark.parametrize("kind", STEMS)
@pytest.mark.parametrize("strides", [1, 2, 4])
def test_a_stem_shrinks_by_its_factor(kind, strides):
    factor = stem_factor(kind, strides, 2)
    inputs = keras.Input((33, 40, 3))
    outputs = stem(kind, inputs, 5, 3, factor, "s")
    assert outputs.shape[1:3] == (-(-33 // factor), -(-40 // factor))
    assert factor == {"plain": strides, "none": 1}.get(kind, strides * 2)


def test_a_strided_stem_skips_no_position():
    inputs = keras.Input((64, 64, 1))
    model = keras.Model(inputs, stem("strided", inputs, 2, 3, 8, "s"))
    assert model.get_layer("s").kernel_size == (9, 9)


def test_unknown_kinds_are_refused():
    tensor = keras.Input((8, 8, 3))
    for call in (
        lambda: pool("middle", tensor, "p"),
        lambda: collapse("best", tensor, "h"),
        lambda: stem_factor("leaf", 1, 2),
    ):
        with pytest.raises(ValueError, match="Received"):
            call()
    assert "middle" not in POOLINGS
