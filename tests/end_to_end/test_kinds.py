"""Whole searches on inputs that are no images, in spaces of others, from an earlier run."""

from __future__ import annotations

import json

import keras
import numpy as np
import pytest

import automl
from automl.errors import UserInputError
from automl.tuning.observer import Observer
from automl.types import VerificationStatus

RANDOM = np.random.default_rng(0)
LABELS = np.arange(120) % 3
TINY = {"trials": 1, "epochs": 2, "compress": ["float32", "dynamic_int8"]}


class Notes(Observer):
    def __init__(self):
        self.lines = []

    def note(self, text):
        self.lines.append(text)


def series():
    """Returns series of 12 steps and 3 channels whose level is their class, padded at the end."""
    x = RANDOM.normal(size=(120, 12, 3)) + LABELS[:, None, None]
    for row, length in zip(x, RANDOM.integers(6, 13, 120), strict=True):
        row[length:] = 0
    return x.astype("float32"), LABELS


def tokens():
    """Returns 10 token ids, those of a class between others, padded at the end."""
    x = RANDOM.integers(10, 60, (120, 10))
    x[:, 1] = LABELS + 1
    for row, length in zip(x, RANDOM.integers(5, 11, 120), strict=True):
        row[length:] = 0
    return x, LABELS


def all_verified(run, formats):
    assert {artifact.format for artifact in run.artifacts} == set(formats)
    for artifact in run.artifacts:
        assert artifact.status is VerificationStatus.PASSED, artifact
        assert (run.folder / artifact.path).is_file()
    plain = [each for each in run.artifacts if each.recipe == "float32"]
    assert all(v.max_abs_diff < 1e-4 for each in plain for v in each.verifications)


@pytest.fixture(scope="module")
def on_series(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "series"
    return automl.search(series(), input="series", space=["tcn", "rnn"], out=str(out), **TINY)


def test_series_end_in_verified_files(on_series):
    all_verified(on_series, ("tflite", "tfjs"))
    assert on_series.data.input.ragged
    assert len(on_series.data.input.mean) == 3
    assert on_series.fact("resolved")["space"] == "tcn+rnn"
    told = json.loads((on_series.folder / "export/tflite/preprocessing.json").read_text())
    assert told["shape"] == [12, 3]
    assert "Pad shorter ones at their end with zeros" in told["note"]
    assert "series" in (on_series.folder / "report.html").read_text()


def test_tokens_end_in_verified_files(tmp_path):
    run = automl.search(tokens(), input="tokens", space="transformer", out=tmp_path / "r", **TINY)
    all_verified(run, ("tflite", "tfjs"))
    told = json.loads((run.folder / "export/tfjs/preprocessing.json").read_text())
    assert (told["dtype"], told["vocabulary"]) == ("int32", 60)
    assert run.load_model().inputs[0].dtype == "int32"


def test_vectors_start_from_an_earlier_run(tmp_path):
    x, y = series()
    options = TINY | {"export": "tflite", "space": "mlp"}
    first = automl.search((x[:, :4, 0], y), out=tmp_path / "first", **options)
    notes = Notes()
    second = automl.search(
        (x[:, :4, 0], y), out=tmp_path / "second", start_from=str(first.folder),
        observer=notes, **options,
    )  # fmt: skip
    all_verified(second, ("tflite",))
    (copied,) = [line for line in second.notes if "layers start from" in line]
    assert copied.startswith("Trial 0:")
    assert copied in notes.lines


def test_a_run_to_start_from_must_be_one(tmp_path):
    with pytest.raises(UserInputError, match="--start-from must be the folder of an earlier run"):
        automl.search(tokens(), input="tokens", start_from=str(tmp_path), out=tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_a_hypermodel_of_this_process_is_searched_in_it(tmp_path):
    def build(hp):
        inputs = keras.Input((12, 3))
        tensor = keras.layers.Flatten()(inputs)
        tensor = keras.layers.Dense(hp.Int("units", 4, 16), activation="relu")(tensor)
        model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(tensor))
        rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
        model.compile(
            keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        return model

    notes, out = Notes(), tmp_path / "r"
    options = TINY | {"trials": 3, "export": "tflite"}
    run = automl.search(
        series(), hypermodel=build, input="series", out=out, observer=notes, **options
    )
    all_verified(run, ("tflite",))
    assert "cannot be imported by another process" in notes.lines[0]
    assert run.trials[0].architecture["units"] == 4
    assert all(1e-3 <= t.architecture["learning_rate"] <= 1e-1 for t in run.trials)


def test_a_metric_that_a_hypermodel_does_not_report_is_measured_for_it(tmp_path):
    def build(hp):
        inputs = keras.Input((12, 3))
        tensor = keras.layers.Flatten()(inputs)
        model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(tensor))
        model.compile("adam", "sparse_categorical_crossentropy")
        hp.Choice("batch_size", [16, 32])
        return model

    run = automl.search(
        series(), space=build, input="series", out=tmp_path / "r", trials=1, epochs=1,
        export="tflite", compress="none",
    )  # fmt: skip
    assert run.best.metrics["val_accuracy"] == run.best.score
    assert "accuracy" not in run.best.metrics


def test_a_hypermodel_or_spaces_are_searched():
    with pytest.raises(UserInputError, match="Received: both"):
        automl.search("digits", hypermodel=lambda hp: None, space="cnn")
