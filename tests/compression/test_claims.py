"""Sparsity and clusters are read back from the file itself."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from automl.compression.claims import broken, check
from automl.compression.recipes import FLOAT32, INT8
from automl.compression.steps.base import Claim
from automl.export.tflite.converting import convert
from automl.export.tflite.freezing import freeze


def model(kernel):
    inputs = keras.Input((8, 8, 4), name="x")
    layer = keras.layers.Conv2D(8, 3, activation="relu", name="conv")
    outputs = keras.layers.Dense(3, name="top")(keras.layers.Flatten()(layer(inputs)))
    layer.kernel.assign(kernel)
    return keras.Model(inputs, outputs)


@pytest.fixture(scope="module")
def kernel():
    return np.random.default_rng(0).normal(size=(3, 3, 4, 8)).astype("float32")


def written(kernel, recipe, folder):
    x = np.random.default_rng(1).normal(size=(16, 8, 8, 4)).astype("float32")
    (folder / "m.tflite").write_bytes(convert(freeze(model(kernel)), recipe, x))
    return folder / "m.tflite"


@pytest.mark.parametrize("recipe", [FLOAT32, INT8], ids=lambda recipe: recipe.name)
def test_zeros_are_counted_in_the_file(kernel, recipe, tmp_path):
    pruned = np.where(np.abs(kernel) < np.quantile(np.abs(kernel), 0.8), 0, kernel)
    claim = Claim("conv", "sparsity", (3, 3, 4, 8), float(np.mean(pruned == 0)))
    (good,) = check([claim], written(pruned, recipe, tmp_path))
    assert good["holds"]
    assert good["found"] >= 0.79
    (bad,) = check([claim], written(kernel, recipe, tmp_path))
    assert not bad["holds"]
    assert "conv: zeros 0.79" in broken([good, bad])


@pytest.mark.parametrize("recipe", [FLOAT32, INT8], ids=lambda recipe: recipe.name)
def test_values_of_a_channel_are_counted_in_the_file(kernel, recipe, tmp_path):
    clustered = np.round(kernel * 2) / 2
    most = max(len(np.unique(clustered[..., each])) for each in range(8))
    claim = Claim("conv", "clusters", (3, 3, 4, 8), most)
    assert check([claim], written(clustered, recipe, tmp_path))[0]["holds"]
    assert not check([claim], written(kernel, recipe, tmp_path))[0]["holds"]


def test_two_of_four_is_counted_along_the_inputs(kernel, tmp_path):
    rows = kernel.reshape(-1, 4, 8).copy()
    rows[:, :2] = 0
    claim = Claim("conv", "two_four", (3, 3, 4, 8), 1.0)
    assert check([claim], written(rows.reshape(kernel.shape), INT8, tmp_path))[0]["holds"]
    assert not check([claim], written(kernel, FLOAT32, tmp_path))[0]["holds"]


def test_one_kernel_may_be_spoken_of_twice(kernel, tmp_path):
    both = np.where(np.abs(kernel) < 1, 0, np.sign(kernel))
    claims = [
        Claim("conv", "sparsity", (3, 3, 4, 8), 0.5),
        Claim("conv", "clusters", (3, 3, 4, 8), 3),
    ]
    assert not broken(check(claims, written(both, INT8, tmp_path)))


def test_kernels_of_one_size_are_not_taken_for_each_other(tmp_path):
    inputs = keras.Input((8, 8, 4), name="x")
    layers = [keras.layers.Conv2D(4, 3, padding="same", name=f"c{each}") for each in range(3)]
    tensor = inputs
    for layer in layers:
        tensor = layer(tensor)
    chained = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(tensor)))
    rng = np.random.default_rng(0)
    most = (4, 2, 3)
    for layer, count in zip(layers, most, strict=True):
        layer.kernel.assign(rng.choice(np.arange(1, count + 1) / count, size=layer.kernel.shape))
    x = rng.normal(size=(16, 8, 8, 4)).astype("float32")
    (tmp_path / "m.tflite").write_bytes(convert(freeze(chained), INT8, x))
    # The loosest claim comes first: it must not take what a stricter one needs.
    claims = [Claim(f"c{k}", "clusters", (3, 3, 4, 4), most[k]) for k in range(3)]
    found = check(claims, tmp_path / "m.tflite")
    assert not broken(found)
    assert [each["found"] for each in found] == [4, 2, 3]
    strict = [*claims[:2], Claim("c2", "clusters", (3, 3, 4, 4), 2)]
    assert [each["holds"] for each in check(strict, tmp_path / "m.tflite")].count(False) == 1
    one_more = [*claims, Claim("c3", "clusters", (3, 3, 4, 4), 4)]
    assert broken(check(one_more, tmp_path / "m.tflite")).endswith("no such kernel")


def test_zeros_of_a_table_are_those_that_are_looked_up_as_zero(tmp_path):
    ids = keras.Input((6,), dtype="int32", name="ids")
    table = keras.layers.Embedding(40, 8, name="e")
    looked_up = keras.Model(ids, keras.layers.Dense(3)(keras.layers.Flatten()(table(ids))))
    rng = np.random.default_rng(0)
    values = rng.uniform(0.2, 1, (40, 8)) * (rng.random((40, 8)) < 0.3)
    table.embeddings.assign(values)
    x = rng.integers(0, 40, (32, 6)).astype("int32")
    (tmp_path / "m.tflite").write_bytes(convert(freeze(looked_up), INT8, x))
    (found,) = check(
        [Claim("e", "sparsity", (40, 8), float(np.mean(values == 0)))], tmp_path / "m.tflite"
    )
    assert found["holds"]
    values = values.reshape(10, 4, 8)
    values[:, ::2] = 0
    table.embeddings.assign(values.reshape(40, 8))
    (tmp_path / "m.tflite").write_bytes(convert(freeze(looked_up), INT8, x))
    (found,) = check([Claim("e", "two_four", (40, 8), 1.0)], tmp_path / "m.tflite")
    assert found["holds"]


def test_a_kernel_that_is_not_there_does_not_hold(kernel, tmp_path):
    claim = Claim("gone", "sparsity", (5, 7), 0.5)
    found = check([claim], written(kernel, FLOAT32, tmp_path))
    assert broken(found) == "gone: zeros 0.5, but the file has no such kernel"
