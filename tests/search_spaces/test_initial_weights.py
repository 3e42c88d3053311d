"""First weights drawn by NumPy: as distributed as Keras', and the same for a seed."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from search_spaces.initial_weights import drawn_by_numpy

SHAPE = (3, 3, 40, 50)
INITIALIZERS = {
    "glorot_uniform": {},
    "glorot_normal": {},
    "he_normal": {},
    "lecun_normal": {},
    "lecun_uniform": {},
    "RandomNormal": {"mean": 1.0, "stddev": 0.5},
    "TruncatedNormal": {"stddev": 0.5},
    "RandomUniform": {"minval": -1.0, "maxval": 3.0},
    "Orthogonal": {"gain": 2.0},
    "VarianceScaling": {"distribution": "untruncated_normal", "mode": "fan_out"},
}


def drawn(name, **options):
    config = {"class_name": name, "config": INITIALIZERS[name] | options}
    return keras.ops.convert_to_numpy(keras.initializers.get(config)(SHAPE))


@pytest.mark.parametrize("name", INITIALIZERS)
def test_numbers_are_distributed_as_keras_draws_them(name):
    theirs = drawn(name, seed=1)
    with drawn_by_numpy():
        mine, same, other = drawn(name, seed=1), drawn(name, seed=1), drawn(name, seed=2)
    assert mine.dtype == theirs.dtype
    np.testing.assert_array_equal(mine, same)
    assert not np.array_equal(mine, other)
    assert not np.array_equal(mine, theirs)
    scale = float(theirs.std())
    assert mine.mean() == pytest.approx(float(theirs.mean()), abs=0.05 * scale)
    assert mine.std() == pytest.approx(scale, rel=0.03)
    quantiles = (0.05, 0.25, 0.5, 0.75, 0.95)
    np.testing.assert_allclose(
        np.quantile(mine, quantiles), np.quantile(theirs, quantiles), atol=0.1 * scale
    )


def test_orthogonal_kernels_are():
    with drawn_by_numpy():
        for shape in ((6, 4), (4, 6)):
            matrix = keras.ops.convert_to_numpy(keras.initializers.Orthogonal(seed=1)(shape))
            small = matrix.T @ matrix if shape[0] > shape[1] else matrix @ matrix.T
            np.testing.assert_allclose(small, np.eye(4), atol=1e-6)
        with pytest.raises(ValueError, match="two dimensions"):
            keras.initializers.Orthogonal(seed=1)((4,))


def test_keras_draws_again_afterwards():
    before = drawn("he_normal", seed=1)
    with pytest.raises(RuntimeError), drawn_by_numpy():
        raise RuntimeError
    np.testing.assert_array_equal(drawn("he_normal", seed=1), before)


def test_a_generator_gives_other_numbers_every_time():
    with drawn_by_numpy():
        initializer = keras.initializers.RandomNormal(seed=keras.random.SeedGenerator(1))
        one, other = (keras.ops.convert_to_numpy(initializer((3, 4))) for _ in range(2))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.Dense(3),
        keras.layers.DepthwiseConv1D(3),
        keras.layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3)),
        keras.layers.LSTM(3),
        keras.layers.Embedding(5, 3),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_are_built_with_what_is_drawn(layer):
    with drawn_by_numpy():
        layer.build((None, 6) if isinstance(layer, keras.layers.Embedding) else (None, 6, 4))
    for weight in layer.weights:
        numbers = keras.ops.convert_to_numpy(weight)
        assert np.isfinite(numbers).all()
        assert weight.dtype == "float32"
