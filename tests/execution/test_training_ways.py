"""The train job in other precisions, with less memory than it asks for, and stepped by measure."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from automl.execution.context import space_spec
from automl.execution.jobs import run_job
from automl.execution.model_outputs import outputs_of
from automl.execution.models import load_model
from search_spaces.foreign.held import hold

EPOCHS = 3
MIXED = ("mixed_bfloat16", "mixed_float16")


@pytest.fixture
def train(context, digits_space, small_values):
    def run(name, **changes):
        args = {"space": digits_space, "values": small_values, "seed": 1, "epochs": EPOCHS}
        args |= {"deadline": None, "model_file": f"models/{name}.keras", "task": "classification"}
        del context.emitted[:]
        return run_job("train", args | changes, context)

    return run


def weights(context, name):
    return load_model(context.run / f"models/{name}.keras").get_weights()


@pytest.mark.parametrize("precision", MIXED)
def test_a_mixed_training_can_be_paused_and_leaves_a_float32_model(train, context, precision):
    whole = train(f"whole {precision}", precision=precision)
    model = load_model(context.run / f"models/whole {precision}.keras")
    assert {layer.dtype_policy.name for layer in model._flatten_layers()} == {"float32"}
    # The score is of the very model that was saved.
    x, y = context.split("validation")
    right = outputs_of(model, x).argmax(-1) == y
    assert whole["metrics"]["val_accuracy"] == pytest.approx(float(right.mean()))
    assert whole["metrics"]["val_accuracy"] > 0.3

    pause = f"models/paused/{precision}.npz"
    first = train("part", precision=precision, until=2, pause_file=pause)
    assert first["paused"]
    second = train(f"parts {precision}", precision=precision, resume_file=pause)
    assert second["metrics"] == pytest.approx(whole["metrics"], abs=1e-6)
    for a, b in zip(
        weights(context, f"whole {precision}"), weights(context, f"parts {precision}"), strict=True
    ):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-6)


def test_precisions_begin_alike_and_learn_in_their_own_way(train, context):
    results = {name: train(name, precision=name) for name in ("float32", "mixed_bfloat16")}
    losses = [each["metrics"]["val_loss"] for each in results.values()]
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.2)


@keras.saving.register_keras_serializable("tests")
class Hungry(keras.layers.Layer):
    """Takes four terabytes to train on more than eight examples at a time."""

    def call(self, x, training=False):
        """Adds nothing."""
        import tensorflow as tf

        if not training:
            return x
        wanted = tf.where(tf.shape(x)[0] > 8, tf.constant(10**12, tf.int64), 1)
        return x + 0.0 * tf.reduce_sum(tf.ones(tf.reshape(wanted, [1])))


def build(hp):
    """Builds a model that does not fit."""
    inputs = keras.Input((8, 8, 1))
    tensor = keras.layers.Flatten()(inputs)
    tensor = Hungry()(tensor)
    model = keras.Model(
        inputs, keras.layers.Dense(hp.Choice("units", [10]), activation="softmax")(tensor)
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a_batch_that_does_not_fit_is_halved_until_it_does(train, digits_space):
    held = hold(build)
    from search_spaces import Signature

    space = space_spec(held, Signature.from_dict(digits_space["signature"]), {})
    result = train("hungry", space=space, values={"units": 10}, epochs=1)
    assert "did not hold a batch of 32; it was trained with 8" in result["remark"]
    assert result["epochs"] == 1


def test_steps_are_measured_on_the_model_and_leave_no_trace(train, context):
    plain = train("plain")
    measured = train("measured", measure=True)
    found = measured["stepping"]
    assert [each["jit"] for each in found["timings"]][:2] == [False, True]
    assert all(each["step"] > 0 for each in found["timings"])
    assert found["planned"] > EPOCHS
    # One that follows is stepped alike and measures nothing.
    again = train("again", stepping=found)
    assert "stepping" not in again
    assert again["metrics"] == pytest.approx(measured["metrics"], abs=1e-6)
    tolerance = 0.05 if found["jit"] else 1e-6
    assert measured["metrics"]["val_loss"] == pytest.approx(
        plain["metrics"]["val_loss"], rel=tolerance
    )
