"""Embeddings are looked up by the operator whose table can be stored in integers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from automl.compression.recipes import DYNAMIC_INT4, FLOAT32, WEIGHT_INT4, WEIGHT_INT8
from automl.export.tflite.converting import convert
from automl.export.tflite.freezing import freeze
from automl.export.tflite.lookups import as_lookups
from automl.export.tflite.reading import read_facts
from automl.verify.litert import run_tflite


@pytest.fixture(scope="module")
def model() -> Any:
    keras.utils.set_random_seed(0)
    ids = keras.Input((6,), dtype="int32", name="ids")
    rows = keras.layers.Embedding(500, 16)(ids)
    outputs = keras.layers.Dense(3)(keras.layers.GlobalAveragePooling1D()(rows))
    return keras.Model(ids, outputs)


@pytest.fixture(scope="module")
def ids() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 500, (20, 6)).astype("int32")


@pytest.fixture(scope="module")
def plain(model: Any) -> bytes:
    return convert(freeze(model), FLOAT32, np.zeros((1, 6), "int32"))


def test_a_lookup_computes_the_same_bits(plain: bytes, ids: np.ndarray) -> None:
    changed = as_lookups(plain)
    assert "GATHER" in read_facts(plain).operators
    assert "EMBEDDING_LOOKUP" in read_facts(changed).operators
    assert "GATHER" not in read_facts(changed).operators
    one, other = (np.asarray(run_tflite(each, ids).outputs) for each in (plain, changed))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("recipe", [WEIGHT_INT8, WEIGHT_INT4, DYNAMIC_INT4], ids=lambda r: r.name)
def test_tables_are_stored_in_integers(
    model: Any, plain: bytes, ids: np.ndarray, recipe: Any
) -> None:
    content = convert(freeze(model), recipe, ids[:1])
    bytes_of_table = 500 * 16 * (1 if recipe is WEIGHT_INT8 else 0.5)
    rows = 0 if recipe is WEIGHT_INT8 else 500 * 12
    assert len(content) < bytes_of_table + rows + 4000 < len(plain)
    difference = np.asarray(run_tflite(content, ids).outputs) - model.predict(ids, verbose=0)
    assert np.abs(difference).max() < (0.002 if recipe is WEIGHT_INT8 else 0.03)


def test_files_without_tables_stay_as_they_are() -> None:
    x = keras.Input((4,), name="x")
    content = convert(freeze(keras.Model(x, keras.layers.Dense(2)(x))), FLOAT32, np.zeros((1, 4)))
    assert as_lookups(content) is content
