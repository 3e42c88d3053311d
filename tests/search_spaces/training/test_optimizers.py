"""Optimizers of a recipe: what they decay, and that each of them learns."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from search_spaces.signature import InputSpec, Signature, TargetSpec
from search_spaces.training.compiling import compile_model
from search_spaces.training.optimizers import make_optimizer
from search_spaces.training.recipe import _DEFAULT_RATES, OPTIMIZERS, Recipe

SIGNATURE = Signature(
    InputSpec("series", (6, 3), mean=(0.0,) * 3, std=(1.0,) * 3), TargetSpec("classification", 2)
)


def model_of(recipe):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((6, 3))
    tensor = keras.layers.SeparableConv1D(4, 3, name="c")(inputs)
    tensor = keras.layers.BatchNormalization(name="n")(tensor)
    tensor = keras.layers.PReLU(shared_axes=[1], name="p")(tensor)
    tensor = keras.layers.GRU(4, name="g")(tensor)
    model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax", name="d")(tensor))
    compile_model(model, recipe, SIGNATURE)
    return model


def test_only_kernels_decay():
    # The smallest rate leaves next to nothing but the decay to see.
    recipe = Recipe(optimizer="sgd", learning_rate=1e-4, weight_decay=5_000.0)
    model = model_of(recipe)
    for weight in model.trainable_variables:
        weight.assign(keras.ops.ones_like(weight))
    model.train_on_batch(np.zeros((8, 6, 3), "float32"), np.zeros(8, "int32"))
    for weight in model.trainable_variables:
        expected = 0.5 if "kernel" in weight.name else 1.0
        np.testing.assert_allclose(weight.numpy(), expected, atol=0.02, err_msg=weight.path)


def test_what_is_spared_does_not_hinder_saving(tmp_path):
    model = model_of(Recipe(optimizer="adamw", weight_decay=0.1))
    x = np.random.default_rng(0).normal(size=(8, 6, 3)).astype("float32")
    model.train_on_batch(x, np.arange(8) % 2)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert loaded.optimizer.get_config() == model.optimizer.get_config()
    assert np.isfinite(loaded.train_on_batch(x, np.arange(8) % 2)[0])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_each_learns_at_its_default_rate(optimizer):
    rate = _DEFAULT_RATES.get(optimizer, _DEFAULT_RATES["adam"])
    decay = 0.0 if optimizer in ("adam", "adagrad") else 1e-3
    keras.utils.set_random_seed(0)
    inputs = keras.Input((6, 3))
    tensor = keras.layers.Dense(16, activation="relu")(keras.layers.Flatten()(inputs))
    model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(tensor))
    compile_model(model, Recipe(optimizer, rate, decay), SIGNATURE)
    model.steps_per_execution = 16
    rng = np.random.default_rng(0)
    x = rng.normal(size=(512, 6, 3)).astype("float32")
    y = (x[:, :, 0].sum(axis=1) > 0).astype("int32")
    history = model.fit(x, y, epochs=12, batch_size=32, verbose=0).history
    assert history["loss"][-1] < 0.6 * history["loss"][0]
    assert history["accuracy"][-1] > 0.85


def test_the_recipe_is_what_the_optimizer_does():
    made = make_optimizer(Recipe("sgd", 0.05, 0.01, clip_norm=1.0))
    config = made.get_config()
    assert (config["momentum"], config["nesterov"]) == (0.9, True)
    assert config["learning_rate"] == pytest.approx(0.05)
    assert (config["weight_decay"], config["global_clipnorm"]) == (0.01, 1.0)
    assert make_optimizer(Recipe("adamw", 0.01, 0.0)).get_config()["weight_decay"] == 0
