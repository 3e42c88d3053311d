"""tf.data and PyDataset: read once, in memory or on disk."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest
import tensorflow as tf

from automl.data.arrays.objects import from_object
from automl.data.dataset import split
from automl.data.options import ReadOptions
from automl.data.storage import StoredExamples
from automl.errors import UserInputError

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(50, 6, 4, 1)).astype("float32")
Y = np.arange(50) % 2


def pairs(x=X, y=Y):
    return tf.data.Dataset.from_tensor_slices((x, y))


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 5

    def __getitem__(self, position):
        part = slice(position * 10, position * 10 + 10)
        return X[part], Y[part]


class Endless(Batches):
    num_batches = None


@pytest.mark.parametrize(
    "data",
    [
        pairs(),
        pairs().batch(20),
        pairs().batch(25, drop_remainder=True),
        pairs().filter(lambda x, y: True),
        Batches(),
    ],
    ids=["single", "batched", "even", "unknown", "PyDataset"],
)
def test_all_examples_come_in_their_order(data):
    raw = from_object(data, ReadOptions())
    np.testing.assert_array_equal(raw.x, X)
    assert raw.y.tolist() == Y.tolist()


def test_labels_of_several_columns_do_not_make_a_batch():
    raw = from_object(pairs(X, np.eye(2)[Y]), ReadOptions())
    assert raw.y.tolist() == Y.tolist()


def test_without_labels():
    assert from_object(tf.data.Dataset.from_tensor_slices(X), ReadOptions()).task == "anomaly"


def test_series_of_several_lengths():
    rows = tf.data.Dataset.range(1, 21).map(
        lambda n: (tf.ones((n, 2)), n % 2), num_parallel_calls=1
    )
    raw = from_object(rows, ReadOptions())
    assert (raw.input.kind, raw.input.shape, raw.input.ragged) == ("series", (20, 2), True)


def test_what_exceeds_the_memory_is_kept_on_disk_and_is_the_same():
    told = []
    options = ReadOptions(memory=1000, progress=lambda *state: told.append(state))
    raw = from_object(pairs().batch(10), options)
    assert isinstance(raw.x, StoredExamples)
    np.testing.assert_array_equal(raw.x[:], X)
    assert told[-1] == (5, 5, "batches")
    assert any("stay on disk" in note for note in raw.notes)
    data = split(raw, "tf", "arrays", test=0.2, validation=0.2, seed=0, memory=1000)
    in_memory = from_object((X, Y), ReadOptions())
    alike = split(in_memory, "tf", "arrays", test=0.2, validation=0.2, seed=0)
    assert data.summary.fingerprint == alike.summary.fingerprint


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pairs().repeat(), "must end"),
        (Endless(), "must end"),
        (pairs().take(0), "must hold"),
        (pairs().batch(10).take(0), "must hold batches"),
        (tf.data.Dataset.from_tensor_slices({"a": X, "b": X}), "must be tensors (x, y)"),
        (tf.data.Dataset.from_tensor_slices((X, Y, Y)), "3 parts"),
    ],
)
def test_what_cannot_be_taken_is_said(data, words):
    with pytest.raises(UserInputError) as caught:
        from_object(data, ReadOptions())
    assert words in str(caught.value)


def test_batches_of_other_shapes_are_refused():
    ragged = tf.data.Dataset.from_generator(
        lambda: ((np.ones((2, size, 2), "float32"), np.array([0, 1])) for size in (3, 4)),
        output_signature=(tf.TensorSpec((None, None, 2)), tf.TensorSpec((None,), tf.int64)),
    )
    with pytest.raises(UserInputError, match="examples of one shape"):
        from_object(ragged, ReadOptions(input="series"))
