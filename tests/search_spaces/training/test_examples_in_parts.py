"""What is too large for an array is trained on like one, batch by batch."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from search_spaces.signature import InputSpec, Signature, TargetSpec
from search_spaces.training import fitting
from search_spaces.training.augmentation.record import Augmentation
from search_spaces.training.batches import Batches, Changed, is_in_parts
from search_spaces.training.compiling import compile_model
from search_spaces.training.fitting import fit
from search_spaces.training.recipe import Recipe

SIGNATURE = Signature(
    InputSpec("vector", (3,), mean=(100.0,) * 3, std=(50.0,) * 3), TargetSpec("classification", 3)
)
X = np.random.default_rng(0).integers(0, 200, (60, 3)).astype("uint8")
Y = X.argmax(axis=1).astype("int64")

RECIPES = {
    "plain": Recipe(),
    "mixed and smoothed": Recipe(label_smoothing=0.1, augmentation=Augmentation(mixup=0.2)),
}


class Parts:
    """An array that is given a part at a time, and notes the largest."""

    in_parts = True

    def __init__(self, values):
        self.values, self.largest = values, 0
        self.shape, self.dtype = values.shape, values.dtype

    def __len__(self):
        return len(self.values)

    def __getitem__(self, index):
        part = self.values[index]
        self.largest = max(self.largest, len(part))
        return part

    def __array__(self, *_, **__):
        raise AssertionError("read as a whole")

    def take(self, positions):
        return Parts(self.values[positions])


def trained(recipe, x, y, signature=SIGNATURE, **options):
    """Returns the history of two epochs of a linear model."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input(signature.input.shape)
    classes = signature.target.kind == "classification"
    dense = keras.layers.Dense(signature.target.units, activation="softmax" if classes else None)
    model = keras.Model(inputs, dense(keras.layers.Rescaling(0.02, -2.0)(inputs)))
    compile_model(model, recipe, signature)
    return fit(
        model, recipe, signature, x, y, batch_size=8, epochs=2, seed=1, verbose=0, **options
    ).history


@pytest.mark.parametrize("name", RECIPES)
def test_the_measures_are_those_of_arrays(name):
    recipe, valid = RECIPES[name], X[:20].astype("float32")
    one = trained(recipe, X.astype("float32"), Y, validation_data=(valid, Y[:20]), shuffle=False)
    x, held = Parts(X), Parts(X[:20])
    other = trained(recipe, x, Y, validation_data=(held, Y[:20]), shuffle=False)
    assert one.keys() == other.keys()
    for measure, values in one.items():
        np.testing.assert_allclose(values, other[measure], rtol=1e-4)
    assert max(x.largest, held.largest) == 8


def test_every_example_is_seen_once_an_epoch_in_an_order_of_its_own():
    data = Batches(Parts(X), np.arange(60), batch_size=16, seed=1, dtype="float32")
    orders = []
    for data.epoch in (0, 1, 0):
        found = [data[index] for index in range(len(data))]
        assert [x.dtype for x, _ in found] == ["float32"] * 4
        orders.append(np.concatenate([y for _, y in found]))
        np.testing.assert_array_equal(np.concatenate([x for x, _ in found]), X[orders[-1]])
    assert sorted(orders[0]) == list(range(60))
    assert (orders[0] == orders[2]).all()
    assert (orders[0] != orders[1]).any()


def test_a_seed_decides_the_order():
    losses = [trained(RECIPES["plain"], Parts(X), Y)["loss"] for _ in range(2)]
    assert losses[0] == losses[1]


def test_weights_and_a_share_to_validate_on_go_along():
    weights = np.linspace(0, 1, 60).astype("float32")
    options = {"sample_weight": weights, "validation_split": 0.2, "shuffle": False}
    one = trained(RECIPES["plain"], X.astype("float32"), Y, **options)
    other = trained(RECIPES["plain"], Parts(X), Y, **options)
    for measure, values in one.items():
        np.testing.assert_allclose(values, other[measure], rtol=1e-4)


def test_examples_are_reconstructed_in_rescaled_units():
    signature = replace(SIGNATURE, target=TargetSpec("reconstruction", 3))
    x = X.astype("float32")
    one = trained(RECIPES["plain"], x, x, signature, validation_data=(x, x), shuffle=False)
    parts = Parts(X)
    validation = (Parts(X), Parts(X))
    other = trained(
        RECIPES["plain"], parts, parts, signature, validation_data=validation, shuffle=False
    )
    for measure, values in one.items():
        np.testing.assert_allclose(values, other[measure], rtol=1e-4)


@pytest.mark.parametrize(("dtype", "most"), [("uint8", 10**9), ("float16", 0)])
def test_arrays_of_small_numbers_are_trained_on_as_numbers(monkeypatch, dtype, most):
    monkeypatch.setattr(fitting, "MOST_CONVERTED", most)
    data = {"validation_data": (X[:20].astype("float32"), Y[:20]), "shuffle": False}
    one = trained(RECIPES["plain"], X.astype("float32"), Y, **data)
    data["validation_data"] = (X[:20].astype(dtype), Y[:20])
    other = trained(RECIPES["plain"], X.astype(dtype), Y, **data)
    for measure, values in one.items():
        np.testing.assert_allclose(values, other[measure], rtol=1e-4)


def test_what_is_changed_when_read_is_still_in_parts():
    changed = Changed(Parts(X), lambda part: part * 2.0)
    assert is_in_parts(changed)
    assert not is_in_parts(X)
    assert (len(changed), changed.shape) == (60, (60, 3))
    np.testing.assert_array_equal(changed.take(np.array([5, 4]))[:], X[[5, 4]] * 2.0)
