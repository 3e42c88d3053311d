"""A training that is paused, through its file, and gone on with in another job."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from automl.errors import UserInputError
from automl.execution.context import space_spec
from automl.execution.fit_state import FitState
from automl.execution.jobs import run_job
from automl.execution.models import load_model
from automl.tuning.curves import Bar
from search_spaces import SPACES, Signature
from search_spaces.foreign.held import hold

EPOCHS = 4
RICH = {
    "augment": "yes",
    "augmentation/mix": "mixup",
    "label_smoothing": 0.1,
    "schedule": "one_cycle",
    "dropout": 0.2,
    "patience": 10,
}


@pytest.fixture
def train(context, digits_space, small_values):
    def run(name, **changes):
        args = {"space": digits_space, "values": small_values, "seed": 1, "epochs": EPOCHS}
        args |= {"deadline": None, "model_file": f"models/{name}.keras", "task": "classification"}
        del context.emitted[:]
        return run_job("train", args | changes, context)

    return run


def in_parts(train, name, pauses, **changes):
    """Trains with pauses after some epochs and returns what the last job returned."""
    before, result = None, {}
    for until in (*pauses, None):
        given = {} if before is None else {"resume_file": f"models/paused/{name}_{before}.npz"}
        if until is not None:
            given |= {"until": until, "pause_file": f"models/paused/{name}_{until}.npz"}
        result = train(name, **given, **changes)
        assert result["paused"] is (until is not None)
        assert result["epochs"] == (until or EPOCHS)
        before = until
    return result


def weights(context, name):
    return load_model(context.run / f"models/{name}.keras").get_weights()


def expect_equal(context, one, other):
    for a, b in zip(weights(context, one), weights(context, other), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", ["plain", "rich"])
def test_the_parts_end_where_the_whole_does(train, context, digits_space, small_values, kind):
    space = SPACES.get("cnn")(Signature.from_dict(digits_space["signature"]))
    values = space.canonical(small_values | ({} if kind == "plain" else RICH))
    changes = {"values": values, "class_weights": "balanced", "objective": "val_accuracy"}
    whole = train(f"whole {kind}", **changes)
    seen = list(context.emitted)
    parts = in_parts(train, f"parts {kind}", (1, 3), **changes)
    assert [each["epoch"] for each in context.emitted] == [3]
    assert context.emitted[-1]["metrics"] == pytest.approx(seen[-1]["metrics"], abs=1e-5)
    assert parts["metrics"] == pytest.approx(whole["metrics"], abs=1e-5)
    assert (parts["reason"], parts["error"]) == (whole["reason"], pytest.approx(whole["error"]))
    expect_equal(context, f"whole {kind}", f"parts {kind}")


STAGES = {"epochs": [1, 3, EPOCHS], "shares": [0.25, 0.5, 1.0], "seed": 0}


def test_on_growing_parts_of_the_data_the_parts_end_where_the_whole_does(
    train, context, digits_space, small_values
):
    space = SPACES.get("cnn")(Signature.from_dict(digits_space["signature"]))
    values = space.canonical(small_values | RICH)
    changes = {"values": values, "stages": STAGES, "class_weights": "balanced"}
    whole = train("staged", **changes)
    assert [each["epoch"] for each in context.emitted] == list(range(EPOCHS))
    parts = in_parts(train, "in stages", (1, 3), **changes)
    assert parts["metrics"] == pytest.approx(whole["metrics"], abs=1e-5)
    expect_equal(context, "staged", "in stages")
    everything = train("everything", **changes | {"stages": None})
    assert everything["metrics"] != pytest.approx(whole["metrics"], abs=1e-5)


def build(hp):
    """Builds somebody's own model, with a schedule and dropout of their own."""
    inputs = keras.Input((8, 8, 1))
    tensor = keras.layers.Flatten()(inputs)
    tensor = keras.layers.Dense(hp.Choice("units", [8, 16]), activation="relu")(tensor)
    tensor = keras.layers.Dropout(0.3)(tensor)
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(tensor))
    rate = keras.optimizers.schedules.ExponentialDecay(0.01, 20, 0.9)
    model.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model


def test_a_model_of_somebody_else_can_be_paused_too(train, context, digits_space):
    signature = Signature.from_dict(digits_space["signature"])
    spec = space_spec(hold(build), signature, {})
    changes = {"space": spec, "values": {"units": 8}}
    whole = in_parts(train, "once", (EPOCHS - 1,), **changes)
    parts = in_parts(train, "often", (1, 2, EPOCHS - 1), **changes)
    assert parts["metrics"] == pytest.approx(whole["metrics"], abs=1e-5)
    expect_equal(context, "once", "often")


def test_a_paused_training_can_be_written_as_it_is(train, context):
    paused = train("early", until=2, pause_file="models/paused/early_2.npz")
    assert not (context.run / "models/early.keras").exists()
    written = train("early", until=2, resume_file="models/paused/early_2.npz")
    assert (written["paused"], written["epochs"]) == (False, 2)
    assert written["metrics"] == pytest.approx(paused["metrics"])
    assert context.emitted == []
    assert weights(context, "early")


def test_the_best_epoch_may_lie_before_the_pause(train, context):
    """An enormous rate after it makes every later epoch worse."""
    train("spoilt", until=2, pause_file="models/paused/spoilt_2.npz")
    file = context.run / "models/paused/spoilt_2.npz"
    state = FitState.load(file)
    best = dict(state.watch["best"])
    best["val_loss"] = 0.0
    FitState(2, state.arrays, state.best, state.watch | {"best": best}).save(file)
    train("spoilt", resume_file="models/paused/spoilt_2.npz")
    for kept, written in zip(state.best, weights(context, "spoilt"), strict=True):
        np.testing.assert_array_equal(kept, written)


def test_what_misses_the_bar_is_ended(train):
    bar = Bar("val_accuracy", (None, 2.0, 2.0))
    result = train("hopeless", bar=bar.to_dict(), until=3, pause_file="models/paused/h.npz")
    assert (result["epochs"], result["reason"], result["paused"]) == (2, Bar.reason, False)


@pytest.mark.parametrize("content", [None, b"PK", b"no state"])
def test_a_file_that_holds_no_state_is_said(tmp_path, content):
    file = tmp_path / "state.npz"
    if content:
        file.write_bytes(content)
    with pytest.raises(UserInputError, match="holds no paused fit"):
        FitState.load(file)


def test_a_state_is_written_whole_and_needs_no_code_to_be_read(tmp_path):
    arrays = {"model/0": np.arange(3.0), "random/numpy": np.zeros(625, np.uint32)}
    state = FitState(7, arrays, [np.ones(2)], {"best": {"val_loss": 0.1}, "waited": 3})
    state.save(tmp_path / "folder" / "state.npz")
    assert [file.name for file in (tmp_path / "folder").iterdir()] == ["state.npz"]
    again = FitState.load(tmp_path / "folder" / "state.npz")
    assert (again.epochs, again.watch) == (7, state.watch)
    np.testing.assert_array_equal(again.best[0], np.ones(2))
    assert again.arrays.keys() == arrays.keys()
