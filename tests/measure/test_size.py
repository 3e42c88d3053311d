"""Bytes, raw and gzipped."""

from __future__ import annotations

import gzip
import hashlib

import keras
import pytest

from automl.compression.recipes import DYNAMIC_INT8, FLOAT16, FLOAT32, INT8
from automl.measure.size import folder_size, gzip_size, hashes, least_size


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "a.bin").write_bytes(b"x" * 1_000)
    (tmp_path / "b" / "c.bin").write_bytes(b"y" * 10)
    return tmp_path


def test_every_file_of_a_folder_counts(folder):
    raw, gzipped = folder_size(folder)
    assert raw == 1_010
    assert gzipped == gzip_size(b"x" * 1_000) + gzip_size(b"y" * 10)


def test_gzip_is_what_a_server_sends_and_the_same_every_time():
    content = bytes(range(256)) * 40
    assert gzip_size(content) == gzip_size(content) < len(content)
    assert abs(gzip_size(content) - len(gzip.compress(content, 9))) <= 1


def test_hashes_are_by_path_and_change_with_the_content(folder):
    before = hashes(folder)
    assert before == {
        "a.bin": hashlib.sha256(b"x" * 1_000).hexdigest(),
        "b/c.bin": hashlib.sha256(b"y" * 10).hexdigest(),
    }
    (folder / "b" / "c.bin").write_bytes(b"z" * 10)
    after = hashes(folder)
    assert after["a.bin"] == before["a.bin"]
    assert after["b/c.bin"] != before["b/c.bin"]


@pytest.mark.parametrize(
    ("recipe", "bytes_each"), [(FLOAT32, 4), (FLOAT16, 2), (DYNAMIC_INT8, 1), (INT8, 1)]
)
def test_the_least_size_is_that_of_the_kernels(recipe, bytes_each):
    inputs = keras.Input((4, 4, 3))
    tensor = keras.layers.Conv2D(5, 3)(inputs)
    tensor = keras.layers.BatchNormalization()(tensor)
    model = keras.Model(inputs, keras.layers.Dense(2)(tensor))
    assert least_size(model, recipe) == (5 * 3 * 3 * 3 + 5 * 2) * bytes_each
