"""How inputs become tokens."""

from __future__ import annotations

import keras
import pytest

from search_spaces.layers.feed_forward import feed_forward
from search_spaces.layers.tokenizers import convolutions, flatten_positions, patches, strided


@pytest.mark.parametrize(
    ("shape", "size", "tokens"), [((8, 8, 1), 2, 16), ((7, 5, 3), 3, 6), ((10, 2), 4, 3)]
)
def test_patches_cover_everything(shape, size, tokens):
    tensor = flatten_positions(patches(keras.Input(shape), size, 12, "p"), "q")
    assert tuple(tensor.shape) == (None, tokens, 12)


@pytest.mark.parametrize(
    ("shape", "halvings", "tokens"),
    [((8, 8, 1), 0, 64), ((8, 8, 1), 1, 16), ((7, 9, 1), 2, 6), ((96, 96, 3), 3, 144)],
)
def test_convolutions_halve(shape, halvings, tokens):
    inputs = keras.Input(shape)
    tensor = flatten_positions(convolutions(inputs, halvings, 12, "p"), "q")
    assert tuple(tensor.shape) == (None, tokens, 12)


def test_large_images_are_strided_over():
    inputs = keras.Input((96, 96, 3))
    model = keras.Model(inputs, convolutions(inputs, 3, 12, "p"))
    assert [layer.name for layer in model.layers if layer.name.startswith("pp")] == ["pp3"]


@pytest.mark.parametrize("strides", [1, 4])
def test_strided_convolutions_skip_no_step(strides):
    inputs = keras.Input((10, 2))
    model = keras.Model(inputs, strided(inputs, strides, 12, "p", "relu", 3))
    assert model.get_layer("pc").kernel_size[0] >= strides
    assert model.output_shape == (None, -(-10 // strides), 12)


def test_a_gate_costs_no_more():
    inputs = keras.Input((4, 24))
    plain, gated = (
        keras.Model(inputs, feed_forward(kind, inputs, 2, "f")).count_params()
        for kind in ("plain", "gated")
    )
    assert gated == pytest.approx(plain, rel=0.03)


def test_unknown_feed_forwards_are_refused():
    with pytest.raises(ValueError, match="Received: kind='wide'"):
        feed_forward("wide", keras.Input((4, 8)), 2, "f")
