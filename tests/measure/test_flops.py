"""Operations of one inference."""

from __future__ import annotations

import keras
import pytest

from automl.export.tflite.freezing import freeze
from automl.measure.flops import count_flops


@pytest.mark.parametrize(
    ("layer", "operations"),
    [
        (keras.layers.Conv2D(8, 3, padding="same", use_bias=False), 2 * 8 * 8 * 8 * 3 * 3 * 2),
        (keras.layers.Conv2D(8, 1, strides=2, use_bias=False), 2 * 4 * 4 * 8 * 2),
    ],
)
def test_a_multiply_add_counts_as_two(layer, operations):
    inputs = keras.Input((8, 8, 2))
    assert count_flops(freeze(keras.Model(inputs, layer(inputs)))) == operations


def test_weights_do_not_matter(randomized=3.0):
    inputs = keras.Input((8, 8, 2))
    model = keras.Model(inputs, keras.layers.Conv2D(4, 3)(inputs))
    before = count_flops(freeze(model))
    model.set_weights([weight * randomized for weight in model.get_weights()])
    assert count_flops(freeze(model)) == before > 0
