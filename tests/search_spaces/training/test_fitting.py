"""A fit does all that a recipe says, on whatever it is given."""

from __future__ import annotations

import time
from dataclasses import replace

import keras
import numpy as np
import pytest

from search_spaces.errors import UserInputError
from search_spaces.signature import InputSpec, Signature, TargetSpec
from search_spaces.training.augmentation.augmenter import Augmenter
from search_spaces.training.augmentation.record import Augmentation
from search_spaces.training.batches import AugmentedBatches
from search_spaces.training.compiling import compile_model
from search_spaces.training.fitting import fit
from search_spaces.training.labels import one_hot, smoothed
from search_spaces.training.recipe import SCHEDULES, Recipe
from search_spaces.training.schedule import Schedule, share

SIGNATURE = Signature(
    InputSpec("vector", (3,), mean=(0.0,) * 3, std=(1.0,) * 3), TargetSpec("classification", 3)
)
X = np.random.default_rng(0).normal(size=(60, 3)).astype("float32")
Y = X.argmax(axis=1).astype("int32")

RECIPES = {
    "plain": Recipe(),
    "smoothed": Recipe(label_smoothing=0.1),
    "noisy": Recipe(augmentation=Augmentation(noise=0.1)),
    "mixed": Recipe(augmentation=Augmentation(mixup=0.2)),
    "mixed and smoothed": Recipe(label_smoothing=0.1, augmentation=Augmentation(mixup=0.2)),
}


def model_of(recipe, signature=SIGNATURE, steps=1):
    keras.utils.set_random_seed(0)
    inputs = keras.Input(signature.input.shape)
    classes = signature.target.kind == "classification"
    tensor = keras.layers.Dense(signature.target.units, activation="softmax" if classes else None)
    model = keras.Model(inputs, tensor(inputs))
    compile_model(model, recipe, signature)
    model.steps_per_execution = steps
    return model


class Dataset(keras.utils.PyDataset):
    """Plain labels in batches of 20."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return X[20 * index : 20 * index + 20], Y[20 * index : 20 * index + 20]


class Rates(keras.callbacks.Callback):
    """Notes the rate of every call."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_begin(self, batch, logs=None):
        self.seen.append(float(self.model.optimizer.learning_rate))


@pytest.mark.parametrize("name", RECIPES)
def test_every_recipe_learns_from_class_indices(name):
    recipe = replace(RECIPES[name], learning_rate=0.1)
    history = fit(
        model_of(recipe), recipe, SIGNATURE, X, Y, epochs=10, validation_data=(X, Y), verbose=0
    )
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert max(history.history["val_accuracy"]) > 0.85


@pytest.mark.parametrize("name", ["plain", "mixed and smoothed"])
def test_validation_is_of_plain_examples_and_labels(name):
    model = model_of(RECIPES[name])
    history = fit(
        model, RECIPES[name], SIGNATURE, X, Y, epochs=1, validation_data=(X, Y), verbose=0
    )
    expected = -np.log(model.predict(X, verbose=0)[np.arange(60), Y]).mean()
    assert history.history["val_loss"][0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("name", ["plain", "mixed"])
@pytest.mark.parametrize("steps", [1, 3, 8])
def test_every_example_is_trained_on_once_an_epoch(name, steps):
    model = model_of(RECIPES[name], steps=steps)
    data = {"validation_split": 0.1, "sample_weight": np.ones(60, "float32")}
    history = fit(model, RECIPES[name], SIGNATURE, X, Y, batch_size=8, epochs=2, **data, verbose=0)
    assert int(model.optimizer.iterations) == 14, "54 examples make 7 batches of 8"
    assert len(history.history["val_loss"]) == 2


@pytest.mark.parametrize("name", ["plain", "mixed and smoothed"])
def test_datasets_pass_through(name):
    model = model_of(RECIPES[name])
    history = fit(
        model, RECIPES[name], SIGNATURE, Dataset(), epochs=2, validation_data=Dataset(), verbose=0
    )
    assert int(model.optimizer.iterations) == 6
    assert np.isfinite(history.history["val_loss"]).all()


@pytest.mark.parametrize("name", ["plain", "mixed and smoothed"])
def test_arrays_are_validated_on_a_dataset(name):
    model = model_of(RECIPES[name])
    history = fit(
        model, RECIPES[name], SIGNATURE, X, Y, epochs=1, validation_data=Dataset(), verbose=0
    )
    assert np.isfinite(history.history["val_loss"]).all()


@pytest.mark.parametrize(
    ("kind", "units", "targets"),
    [("multilabel", 3, np.eye(3, dtype="float32")[Y]), ("regression", 1, X[:, :1])],
)
def test_other_targets_are_mixed_as_they_are(kind, units, targets):
    signature = replace(SIGNATURE, target=TargetSpec(kind, units))
    recipe = RECIPES["mixed"]
    history = fit(model_of(recipe, signature), recipe, signature, X, targets, epochs=1, verbose=0)
    assert np.isfinite(history.history["loss"]).all()


def test_a_seed_decides_what_augmentation_shows():
    recipe = RECIPES["mixed"]

    def losses(seed):
        history = fit(model_of(recipe), recipe, SIGNATURE, X, Y, epochs=2, seed=seed, verbose=0)
        return history.history["loss"]

    assert losses(1) == losses(1) != losses(2)
    assert losses(None) == losses(None), "the global seed decides"


def test_a_paused_fit_goes_on_with_the_same_batches():
    recipe = RECIPES["noisy"]
    whole, half = model_of(recipe), model_of(recipe)
    fit(whole, recipe, SIGNATURE, X, Y, epochs=4, seed=3, verbose=0)

    class Pause(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    fit(half, recipe, SIGNATURE, X, Y, epochs=4, seed=3, callbacks=[Pause()], verbose=0)
    fit(half, recipe, SIGNATURE, X, Y, epochs=4, initial_epoch=2, seed=3, verbose=0)
    for one, other in zip(whole.get_weights(), half.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def batches(shuffle=True, weights=None):
    augmenter = Augmenter(Augmentation(), SIGNATURE.input)
    return AugmentedBatches(
        augmenter, X, np.arange(60), weights, batch_size=16, seed=1, shuffle=shuffle
    )


def test_an_epoch_of_batches_has_every_example_once_in_an_order_of_its_own():
    data = batches()
    orders = []
    for data.epoch in (0, 1, 0):
        found = [data[index] for index in range(len(data))]
        assert [len(x) for x, _ in found] == [16, 16, 16, 12]
        orders.append(np.concatenate([y for _, y in found]))
        np.testing.assert_array_equal(np.concatenate([x for x, _ in found]), X[orders[-1]])
    assert sorted(orders[0]) == list(range(60))
    assert (orders[0] == orders[2]).all()
    assert (orders[0] != orders[1]).any()


def test_unshuffled_batches_keep_the_order_and_weights_go_along():
    data = batches(shuffle=False, weights=np.arange(60.0))
    _, y, weights = data[1]
    np.testing.assert_array_equal(y, np.arange(16, 32))
    np.testing.assert_array_equal(weights, y)


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("steps", [1, 2])
def test_the_schedule_reaches_the_optimizer(kind, steps):
    recipe = Recipe("sgd", 0.1, schedule=kind, warmup=0.0 if kind == "one_cycle" else 0.5)
    rates = Rates()
    model = model_of(recipe, steps=steps)
    fit(model, recipe, SIGNATURE, X, Y, batch_size=10, epochs=4, callbacks=[rates], verbose=0)
    assert len(rates.seen) == 4 * 6 // steps
    for call, rate in enumerate(rates.seen):
        progress = call * steps / 24
        if kind != "one_cycle" and progress >= 0.5:
            progress = progress // 0.25 * 0.25  # Between epochs only.
        assert rate == pytest.approx(0.1 * share(kind, progress, recipe.warmup), rel=1e-4)


def test_what_is_trained_is_trained_at_the_scheduled_rate():
    """On a backend that keeps variables in its loop, a rate set in between must get there."""
    recipe = Recipe("sgd", 0.1, schedule="one_cycle")
    signature = replace(SIGNATURE, target=TargetSpec("regression", 1))
    inputs = keras.Input((3,))
    outputs = keras.layers.Dense(1, kernel_initializer="zeros")(inputs)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.SGD(0.1), "mean_absolute_error")
    # The error's gradient in the bias is 1 at every step: it sums the rates.
    fit(
        model,
        recipe,
        signature,
        X * 0,
        np.full((60, 1), -100.0),
        batch_size=10,
        epochs=2,
        verbose=0,
    )
    expected = sum(0.1 * share("one_cycle", step / 12) for step in range(12))
    assert -float(model.get_weights()[1][0]) == pytest.approx(expected, rel=1e-4)


def test_patience_ends_a_fit_and_the_best_epoch_is_kept():
    recipe = Recipe("sgd", 5.0, patience=2, schedule="constant")
    model = model_of(recipe)
    history = fit(model, recipe, SIGNATURE, X, Y, epochs=40, validation_data=(X, 2 - Y), verbose=0)
    losses = history.history["val_loss"]
    best = int(np.argmin(losses))
    assert len(losses) == best + 3 < 40
    assert model.evaluate(X, 2 - Y, verbose=0)[0] == pytest.approx(losses[best], rel=1e-4)


def test_without_patience_a_fit_goes_to_the_end_and_the_best_epoch_is_kept():
    recipe = Recipe("sgd", 5.0, schedule="constant")
    model = model_of(recipe)
    history = fit(model, recipe, SIGNATURE, X, Y, epochs=6, validation_data=(X, 2 - Y), verbose=0)
    losses = history.history["val_loss"]
    assert len(losses) == 6
    assert model.evaluate(X, 2 - Y, verbose=0)[0] == pytest.approx(min(losses), rel=1e-4)


def test_a_caller_who_watches_itself_is_not_stopped():
    recipe = Recipe("sgd", 5.0, patience=1, schedule="constant")
    model = model_of(recipe)
    data = {"validation_data": (X, 2 - Y), "stopping": False}
    history = fit(model, recipe, SIGNATURE, X, Y, epochs=6, **data, verbose=0)
    assert len(history.history["val_loss"]) == 6


def test_the_schedule_is_given_the_deadline(monkeypatch):
    made = []

    class Spy(Schedule):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            made.append((args, kwargs))

    monkeypatch.setattr("search_spaces.training.fitting.Schedule", Spy)
    deadline = time.time() + 100
    fit(model_of(Recipe()), Recipe(), SIGNATURE, X, Y, epochs=1, deadline=deadline, verbose=0)
    (((kind, epochs), options),) = made
    assert (kind, epochs, options["deadline"]) == ("cosine", 1, deadline)


def test_labels_become_probabilities():
    np.testing.assert_array_equal(one_hot([1, 0], 3), [[0, 1, 0], [1, 0, 0]])
    np.testing.assert_array_equal(one_hot([[1], [0]], 3), one_hot([1, 0], 3))
    np.testing.assert_array_equal(one_hot(one_hot([1, 0], 3), 3), one_hot([1, 0], 3))
    np.testing.assert_allclose(smoothed(one_hot([1], 4), 0.1), [[0.025, 0.925, 0.025, 0.025]])


@pytest.mark.parametrize("labels", [[0, 3], [-1, 0], np.zeros((4, 2))])
def test_labels_that_are_no_classes_are_refused(labels):
    with pytest.raises(UserInputError, match="class indices from 0 to 2"):
        one_hot(labels, 3)


def test_a_split_that_leaves_nothing_is_refused():
    with pytest.raises(UserInputError, match="validation_split"):
        fit(model_of(Recipe()), Recipe(), SIGNATURE, X[:2], Y[:2], validation_split=0.99)
