"""Penalties and bounds reach every kernel, and nothing of them is shipped."""

from __future__ import annotations

import keras
import keras_tuner
import numpy as np
import pytest

from automl.export.tflite.converting import convert
from automl.export.tflite.freezing import freeze
from automl.registry import RECIPES
from search_spaces.layers.dropping import add_noise, drop, drop_branch, drop_channels
from search_spaces.narrowing import NarrowedHyperParameters
from search_spaces.regularization import (
    PENALTIES,
    Regularization,
    choose_regularization,
    regularize_weights,
)

KERNELS = {
    "conv": ["kernel"],
    "separable": ["depthwise_kernel", "pointwise_kernel"],
    "depthwise": ["kernel"],
    "lstm": ["kernel", "recurrent_kernel"],
    "both": ["kernel", "recurrent_kernel"] * 2,
    "dense": ["kernel"],
}


def built():
    """Returns a model with every sort of kernel."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((6, 4), name="x")
    tensor = keras.layers.Conv1D(4, 3, padding="same", name="conv")(inputs)
    tensor = keras.layers.SeparableConv1D(4, 3, padding="same", name="separable")(tensor)
    tensor = keras.layers.DepthwiseConv1D(3, padding="same", name="depthwise")(tensor)
    tensor = keras.layers.BatchNormalization(name="norm")(tensor)
    tensor = keras.layers.LSTM(3, return_sequences=True, name="lstm")(tensor)
    both = keras.layers.Bidirectional(keras.layers.GRU(3), name="both")
    return keras.Model(inputs, keras.layers.Dense(5, name="dense")(both(tensor)))


def kernels(model):
    return [weight for weight in model.trainable_weights if "kernel" in weight.name]


def by_hand(model, penalty, strength):
    total = 0.0
    for weight in kernels(model):
        values = keras.ops.convert_to_numpy(weight)
        if penalty in ("l1", "l1l2"):
            total += strength * np.abs(values).sum()
        if penalty in ("l2", "l1l2"):
            total += strength * (values**2).sum()
    return total


def test_the_model_has_the_kernels_that_are_tested():
    assert len(kernels(built())) == sum(map(len, KERNELS.values()))


@pytest.mark.parametrize("penalty", ["l1", "l2", "l1l2"])
def test_every_kernel_and_nothing_else_counts_in_the_loss(penalty, tmp_path):
    model = built()
    assert not model.losses
    regularize_weights(model, Regularization(penalty=penalty, strength=0.01))
    expected = by_hand(model, penalty, 0.01)
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-5)
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert float(sum(loaded.losses)) == pytest.approx(expected, rel=1e-5)


def test_orthogonality_is_asked_of_matrices_only():
    model = built()
    regularize_weights(model, Regularization(penalty="orthogonal", strength=0.01))
    asked = {weight.path for weight in kernels(model) if weight.regularizer is not None}
    assert asked == {weight.path for weight in kernels(model) if len(weight.shape) == 2}
    assert float(sum(model.losses)) > 0
    inputs = keras.Input((4,))
    dense = keras.layers.Dense(4, use_bias=False, kernel_initializer="orthogonal")
    straight = keras.Model(inputs, dense(inputs))
    regularize_weights(straight, Regularization(penalty="orthogonal", strength=1.0))
    assert float(sum(straight.losses)) == pytest.approx(0, abs=1e-5)


def test_penalties_make_weights_smaller():
    x, y = np.random.default_rng(0).normal(size=(64, 8)).astype("float32"), np.zeros((64, 4))

    def trained(rules):
        keras.utils.set_random_seed(0)
        inputs = keras.Input((8,))
        model = keras.Model(inputs, keras.layers.Dense(4)(keras.layers.Dense(16)(inputs)))
        regularize_weights(model, rules)
        model.compile(keras.optimizers.SGD(0.05), "mse")
        model.fit(x, y, epochs=3, verbose=0)
        return sum(np.abs(weight.numpy()).sum() for weight in kernels(model))

    plain = trained(Regularization())
    assert trained(Regularization(penalty="l2", strength=0.1)) < 0.95 * plain
    assert trained(Regularization(penalty="l1", strength=0.1)) < 0.95 * plain


def test_no_unit_s_incoming_weights_exceed_the_bound(tmp_path):
    model = built()
    regularize_weights(model, Regularization(max_norm=0.5))
    for weight in kernels(model):
        weight.assign(weight * 100)
    model.compile(keras.optimizers.SGD(1e-3), "mse")
    x = np.random.default_rng(0).normal(size=(8, 6, 4)).astype("float32")
    model.train_on_batch(x, np.zeros((8, 5)))
    for weight in kernels(model):
        values = keras.ops.convert_to_numpy(weight)
        depthwise = "depthwise" in weight.path
        axes = tuple(range(values.ndim - (2 if depthwise else 1)))
        assert np.sqrt((values**2).sum(axis=axes)).max() <= 0.5 + 1e-4, weight.path
    model.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    assert all(weight.constraint is not None for weight in kernels(loaded))


def test_what_is_off_is_off():
    model = built()
    config = model.get_config()
    regularize_weights(model, Regularization())
    assert model.get_config() == config
    assert all(weight.regularizer is None for weight in kernels(model))


def small(noisy):
    keras.utils.set_random_seed(0)
    rate = 0.3 if noisy else 0.0
    inputs = keras.Input((8, 8, 2), name="x")
    tensor = add_noise(inputs, rate, "g")
    tensor = keras.layers.Conv2D(4, 3, padding="same", name="c")(tensor)
    tensor = drop_channels(tensor, rate, "s")
    branch = keras.layers.Conv2D(4, 1, name="e")(tensor)
    tensor = keras.layers.Add(name="a")([tensor, drop_branch(branch, rate, "b")])
    tensor = drop(keras.layers.Flatten(name="f")(tensor), rate, "d")
    tensor = drop(keras.layers.Dense(4, name="h")(tensor), rate, "i", "selu")
    model = keras.Model(inputs, keras.layers.Dense(3, name="o")(tensor), name="m")
    if noisy:
        regularize_weights(model, Regularization(penalty="l1l2", strength=1e-3, max_norm=2.0))
    return model


def test_nothing_of_it_is_in_the_exported_file():
    plain, noisy = small(False), small(True)
    noisy.set_weights(plain.get_weights())
    x = np.random.default_rng(0).normal(size=(4, 8, 8, 2)).astype("float32")
    trained, inferred = (noisy(x, training=each).numpy() for each in (True, False))
    assert np.abs(trained - inferred).max() > 1e-3
    files = [convert(freeze(each), RECIPES.get("float32"), x) for each in (plain, noisy)]
    assert len(files[0]) == len(files[1])


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_a_dropped_branch_is_dropped_for_a_whole_example(rate):
    inputs = keras.Input((5, 3))
    model = keras.Model(inputs, drop_branch(inputs, rate, "b"))
    keras.utils.set_random_seed(0)
    outputs = keras.ops.convert_to_numpy(model(np.ones((400, 5, 3), "float32"), training=True))
    each = outputs.reshape(400, -1)
    assert (each == each[:, :1]).all()
    assert (each[:, 0] == 0).mean() == pytest.approx(rate, abs=0.08)
    assert each.mean() == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize("shape", [(5, 4), (5, 5, 4)])
def test_a_dropped_channel_is_dropped_at_every_position(shape):
    inputs = keras.Input(shape)
    model = keras.Model(inputs, drop_channels(inputs, 0.5, "s"))
    outputs = keras.ops.convert_to_numpy(model(np.ones((64, *shape), "float32"), training=True))
    each = outputs.reshape(64, -1, 4)
    assert (each == each[:, :1]).all()
    assert 0 < (each == 0).mean() < 1


def test_every_choice_is_another_record():
    def chosen(values):
        hp = keras_tuner.HyperParameters()
        hp.values = values
        return hp, choose_regularization(NarrowedHyperParameters(hp), channels=True, branches=True)

    hp, default = chosen({})
    assert default == Regularization()
    records = {}
    for each in hp.space:
        for option in each.values:
            inside = each.name.startswith("regularizer/")
            values = {"regularize": "yes"} if inside else {}
            records.setdefault(each.name, []).append(chosen(values | {each.name: option})[1])
    for name, made in records.items():
        assert len(set(made)) == len(made), name
    assert chosen({"regularize": "yes"})[1] != default


@pytest.mark.parametrize(
    "wrong", [{"dropout": 1.0}, {"penalty": "l3"}, {"strength": -1.0}, {"max_norm": -0.1}]
)
def test_a_record_checks_itself(wrong):
    with pytest.raises(ValueError, match="Received"):
        Regularization(**wrong)


def test_every_penalty_is_known():
    for penalty in PENALTIES:
        regularize_weights(built(), Regularization(penalty=penalty, strength=0.1))
