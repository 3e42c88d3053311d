"""Operations are named by their place in the model, not by the process."""

from __future__ import annotations

import keras
import numpy as np
from keras import ops

from search_spaces.naming import name_operations


def model():
    inputs = keras.Input((4,), name="x")
    tensor = ops.multiply(ops.relu(inputs), 2.0)
    built = keras.Model(inputs, keras.layers.Dense(2, name="d")(tensor), name="m")
    name_operations(built)
    return built


def test_two_models_have_the_same_names(tmp_path):
    first, second = model(), model()
    assert first.get_config() == second.get_config()
    assert [each.name for each in first.operations] == ["x", "o1", "o2", "d"]


def test_a_named_model_is_saved_and_loaded(tmp_path):
    first = model()
    first.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras", safe_mode=True)
    inputs = np.random.default_rng(0).normal(size=(3, 4)).astype("float32")
    np.testing.assert_array_equal(loaded.predict_on_batch(inputs), first.predict_on_batch(inputs))
