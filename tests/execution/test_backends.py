"""Trainings on JAX: without TensorFlow, from the same weights, to comparable results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

from automl.data.arrays.objects import from_object
from automl.data.dataset import split
from automl.data.options import ReadOptions
from automl.errors import MissingPartError
from automl.execution import backends
from automl.execution.context import space_spec
from automl.execution.jobs import run_job
from automl.resolve import find_task
from search_spaces import SPACES, Signature

RANDOM = np.random.default_rng(0)
COUNT = 160
LABELS = np.arange(COUNT) % 2
FIRST_WEIGHTS = "automl.testing.first_weights"
PAUSED = "models/paused/jax.npz"

pytestmark = pytest.mark.timeout(900)  # JAX compiles a dozen programs.
needs_jax = pytest.mark.skipif(not find_spec("jax"), reason="JAX is not installed")


def pictures():
    return (RANDOM.normal(size=(COUNT, 8, 8, 1)) + LABELS[:, None, None, None], LABELS), {}


def series():
    return (RANDOM.normal(size=(COUNT, 6, 2)) + LABELS[:, None, None], LABELS), {"input": "series"}


def texts():
    words = ["good", "bad"]
    frame = {"text": [f"it is {words[each]} number {n}" for n, each in enumerate(LABELS)]}
    return pd.DataFrame(frame | {"class": LABELS}), {
        "target": ("class",),
        "columns": {"text": "text"},
    }


def table():
    frame = {"size": RANDOM.normal(size=COUNT) + LABELS, "kind": np.where(LABELS, "a", "b")}
    frame["size"][::9] = np.nan
    return pd.DataFrame(frame | {"class": LABELS}), {"target": ("class",)}


def forecasts():
    days = pd.date_range("2026-01-01", periods=COUNT)
    frame = pd.DataFrame({"day": days, "sold": np.sin(np.arange(COUNT) / 3)})
    return frame, {"target": ("sold",), "time_column": "day", "task": "forecasting"}


def anomalies():
    return (RANDOM.normal(size=(COUNT, 8, 8, 1)),), {"task": "anomaly"}


KINDS = {
    "pictures": (pictures, "cnn"),
    "series": (series, "rnn"),
    "texts": (texts, "transformer"),
    "table": (table, "mlp"),
    "forecasts": (forecasts, "tcn"),
    "anomalies": (anomalies, "autoencoder"),
}


def prepared(kind, folder):
    """Saves data of a kind and returns a training on it: a small model, two epochs."""
    make, name = KINDS[kind]
    given, options = make()
    options = ReadOptions(**options)
    raw = from_object(
        given if not isinstance(given, tuple) or len(given) > 1 else given[0], options
    )
    data = split(
        raw, kind, "arrays", test=0.2, validation=0.2, seed=0, memory=options.memory,
        task=options.task,
    )  # fmt: skip
    data.save(folder)
    task, signature = find_task(options.task, data.summary)
    space = SPACES.get(name)(signature)
    smallest = {each.name: each.values[0] for each in space.hyperparameters().space}
    args = {"space": space_spec(name, signature, {}), "values": space.canonical(smallest)}
    args |= {"task": task, "seed": 3, "epochs": 2, "deadline": None}
    return {"run": str(folder), "job": "train", "args": args | {"model_file": "models/a.keras"}}


@pytest.fixture(scope="module")
def on_digits(run_folder, digits_space, small_values):
    args = {"space": digits_space, "values": small_values, "seed": 1, "epochs": 6}
    args |= {"deadline": None, "model_file": "models/jax.keras", "task": "classification"}
    return {"run": str(run_folder), "job": "train", "args": args}


@pytest.fixture(scope="module")
def rich_values(digits_space, small_values):
    """Returns a configuration that draws dropout, augments, and moves its rate by steps."""
    space = SPACES.get("cnn")(Signature.from_dict(digits_space["signature"]))
    rich = {"augment": "yes", "label_smoothing": 0.1, "schedule": "one_cycle", "dropout": 0.2}
    return space.canonical(small_values | rich)


@pytest.fixture(scope="module")
def answers(tmp_path_factory, on_digits, rich_values):
    """Returns what jobs gave in a process on JAX, by name, and what it has imported."""
    folder = tmp_path_factory.mktemp("jax")
    jobs = {kind: prepared(kind, folder / kind) for kind in KINDS}
    weights = {f"weights of {kind}": each | {"job": FIRST_WEIGHTS} for kind, each in jobs.items()}
    rich, paused = {"values": rich_values}, {"pause_file": PAUSED, "until": 2}
    changes = {"plain": {}, "again": {}, "whole": rich, "half": rich | paused}
    changes["rest"] = rich | {"resume_file": PAUSED}
    jobs |= weights
    for name, change in changes.items():
        jobs[name] = on_digits | {"args": on_digits["args"] | change}
    (folder / "jobs.json").write_text(json.dumps(list(jobs.values())), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "automl.testing.backend_jobs", str(folder / "jobs.json")],
        env=os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(zip([*jobs, "imported"], json.loads(done.stdout), strict=True)), jobs


@needs_jax
def test_no_training_imports_tensorflow(answers):
    found, _ = answers
    assert {"jax", "keras", "keras_tuner"} <= set(found["imported"]["packages"])
    assert not {"tensorflow", "tf_keras"} & set(found["imported"]["packages"])
    for kind in KINDS:
        assert found[kind]["epochs"] == 2, kind
        assert all(np.isfinite(value) for value in found[kind]["metrics"].values()), kind


@needs_jax
@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_first_weights(answers, context, kind):
    found, jobs = answers
    name = f"weights of {kind}"
    here = run_job(FIRST_WEIGHTS, jobs[name]["args"], context)
    assert here["count"] > 5
    assert here == found[name]
    other = run_job(FIRST_WEIGHTS, jobs[name]["args"] | {"seed": 4}, context)
    assert other["sha256"] != here["sha256"]


@needs_jax
def test_the_same_seed_learns_the_same(answers):
    found, _ = answers
    assert found["plain"]["metrics"] == found["again"]["metrics"]


@needs_jax
def test_the_parts_end_where_the_whole_does(answers):
    found, _ = answers
    assert found["half"]["paused"]
    assert found["half"]["epochs"] == 2
    assert found["rest"]["epochs"] == found["whole"]["epochs"] == 6
    assert found["rest"]["metrics"] == pytest.approx(found["whole"]["metrics"], abs=1e-6)


@needs_jax
def test_both_backends_learn_alike(answers, on_digits, context):
    """From the same weights; sums and the last batches of epochs differ."""
    found, _ = answers
    args = on_digits["args"] | {"model_file": "models/tensorflow.keras"}
    other = run_job("train", args, context)["metrics"]
    mine = found["plain"]["metrics"]
    assert mine["val_loss"] == pytest.approx(other["val_loss"], rel=0.1)
    assert mine["val_accuracy"] == pytest.approx(other["val_accuracy"], abs=0.03)


@needs_jax
def test_what_jax_saved_is_what_tensorflow_loads(answers, on_digits, context, digits):
    from automl.execution.model_outputs import outputs_of
    from automl.execution.models import load_model

    found, _ = answers
    model = load_model(context.run / on_digits["args"]["model_file"])  # The last one, "rest".
    x, y = digits.splits["validation"]
    accuracy = (outputs_of(model, x.astype("float32")).argmax(axis=1) == y).mean()
    assert accuracy == pytest.approx(found["rest"]["metrics"]["val_accuracy"], abs=1e-6)


def test_a_backend_that_is_missing_is_said(monkeypatch):
    backends.check_installed("tensorflow")
    monkeypatch.setattr(backends, "find_spec", lambda name: None)
    backends.check_installed("tensorflow")
    with pytest.raises(MissingPartError, match=r"pip install 'automl\[jax\]'"):
        backends.check_installed("jax")
