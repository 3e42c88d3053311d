"""Normalizations by name."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from search_spaces.layers.normalization import NORMALIZATIONS, groups_for, normalization

X = np.random.default_rng(0).normal(3.0, 2.0, size=(16, 4, 4, 8)).astype("float32")


def normalized(kind, training=True):
    inputs = keras.Input(X.shape[1:])
    model = keras.Model(inputs, normalization(kind, "n")(inputs))
    return keras.ops.convert_to_numpy(model(X, training=training)), model


@pytest.mark.parametrize(
    ("kind", "axes"), [("batch", (0, 1, 2)), ("layer", -1), ("group", (1, 2, 3))]
)
def test_mean_and_deviation_are_taken_out(kind, axes):
    outputs, _ = normalized(kind)
    np.testing.assert_allclose(outputs.mean(axis=axes), 0, atol=1e-3)
    np.testing.assert_allclose(outputs.std(axis=axes), 1, atol=1e-2)


def test_rms_takes_the_size_out_and_leaves_the_mean():
    outputs, _ = normalized("rms")
    np.testing.assert_allclose(np.sqrt((outputs**2).mean(axis=-1)), 1, atol=1e-3)
    assert outputs.mean() > 0.5


def test_none_changes_nothing_and_adds_nothing():
    outputs, model = normalized("none")
    np.testing.assert_array_equal(outputs, X)
    assert model.count_params() == 0


@pytest.mark.parametrize("kind", NORMALIZATIONS)
def test_sequences_are_normalized_too(kind):
    inputs = keras.Input((6, 8))
    model = keras.Model(inputs, normalization(kind, "n")(inputs))
    assert np.isfinite(model.predict_on_batch(X[:, 0].repeat(2, axis=1)[:, :6])).all()


@pytest.mark.parametrize(
    ("channels", "groups"),
    [(1, 1), (2, 1), (3, 1), (4, 2), (8, 4), (12, 6), (16, 8), (32, 8), (7, 1)],
)
def test_groups_are_equal_and_have_two_channels(channels, groups):
    assert groups_for(channels) == groups
    assert channels % groups == 0


def test_what_is_unknown_is_refused():
    with pytest.raises(ValueError, match="Received: kind='instance'"):
        normalization("instance", "n")
