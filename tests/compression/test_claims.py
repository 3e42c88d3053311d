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


def test_a_kernel_that_is_not_there_does_not_hold(kernel, tmp_path):
    claim = Claim("gone", "sparsity", (5, 7), 0.5)
    found = check([claim], written(kernel, FLOAT32, tmp_path))
    assert broken(found) == "gone: zeros 0.5, but the file has no such kernel"
