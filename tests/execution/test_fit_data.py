"""What a fit is given, from memory and from disk."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from automl.data.storage import StoredExamples
from automl.data.writing import ExamplesWriter
from automl.execution.fit_data import FitData, arguments
from automl.execution.model_outputs import BATCH, batch_for, outputs_of
from automl.testing import small_data, small_model


@pytest.fixture
def stored(tmp_path):
    def write(x):
        with ExamplesWriter(tmp_path / "x.npy", x.shape[1:], x.dtype) as writer:
            writer.append(x)
        return StoredExamples(tmp_path / "x.npy")

    return write


def test_arrays_are_given_as_they_are():
    x, y = small_data(12)
    weights = np.ones(12, np.float32)
    given = FitData(x, y, weights).only(np.array([1, 5, 7]))
    (train_x, train_y), options = arguments(given, FitData(x, y), 32, seed=0, plain=True)
    np.testing.assert_array_equal(train_x, x[[1, 5, 7]])
    np.testing.assert_array_equal(train_y, y[[1, 5, 7]])
    assert options["sample_weight"].shape == (3,)
    assert options["validation_data"][0] is x


def test_our_own_training_reads_from_disk_itself(stored):
    x, y = small_data(12)
    given = FitData(stored(x), y)
    arrays, options = arguments(given, given, 32, seed=0, plain=False)
    assert arrays == (given.x, given.y)
    assert options["validation_data"] == (given.x, given.y)


def test_for_keras_what_is_on_disk_is_read_in_batches(stored):
    x, y = small_data(50)
    given = FitData(stored(x), y)
    (batches,), options = arguments(given, given.only(np.arange(20)), 16, seed=3, plain=True)
    assert len(batches) == 4
    seen_x = np.concatenate([batches[k][0] for k in range(4)])
    seen_y = np.concatenate([batches[k][1] for k in range(4)])
    assert len(seen_x) == 50
    assert (seen_y != y).any(), "an epoch has an order of its own"
    found = [int(np.abs(x - each).reshape(50, -1).sum(axis=1).argmin()) for each in seen_x]
    assert sorted(found) == list(range(50))
    np.testing.assert_array_equal(seen_y, y[found])
    held_x, held_y = options["validation_data"][0]
    np.testing.assert_allclose(held_x, x[:20])
    np.testing.assert_array_equal(held_y, y[:20])


def test_a_reconstruction_from_disk_is_of_the_examples_themselves(stored):
    examples = stored(small_data(10)[0])
    given = FitData(examples, examples).only(np.array([0, 3, 4]))
    assert given.y is given.x
    assert len(given.x) == 3


def test_outputs_from_disk_are_those_from_memory(stored):
    x, _ = small_data(40)
    model = small_model()
    np.testing.assert_allclose(outputs_of(model, stored(x)), outputs_of(model, x), atol=1e-6)


def test_a_model_learns_from_disk(stored):
    import keras

    x, y = small_data(64)
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8, 8, 1))
    tensor = keras.layers.Flatten()(keras.layers.Rescaling(1 / 8, -1.0)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(4, activation="softmax")(tensor))
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    given = FitData(stored(x), y)
    (batches,), options = arguments(given, given, 16, seed=0, plain=True)
    model.fit(batches, epochs=12, verbose=0, **options)
    assert (outputs_of(model, given.x).argmax(axis=1) == y).mean() > 0.95


def test_where_sizes_of_batches_are_compiled_there_is_one(monkeypatch):
    assert [batch_for(count) for count in (287, 1000, 10)] == [BATCH] * 3
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert [batch_for(count) for count in (287, 1000, 10)] == [287, 500, 10]
    assert 20_011 % batch_for(20_011), "a prime leaves a rest"
