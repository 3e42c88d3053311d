"""A model that is no better than none is said to be so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from automl.data.base import Target
from automl.data.summary import DataSummary
from automl.registry import TASKS
from automl.tasks.baseline import told
from search_spaces import InputSpec

RANDOM = np.random.default_rng(0)


def data_of(target, kind="vector", shape=(2,), **more):
    return DataSummary(
        "made", "made", InputSpec(kind, shape), target, {"train": 6, "test": 4}, "", **more
    )


def measured(task, data, x, y, known):
    """Returns what the baseline is called, and what it reaches."""
    asked = TASKS.get(task)()
    found = asked.baseline(x, y, known, data)
    return found.words, asked.measure(found.outputs, y, data).values


def test_the_most_frequent_class_of_training_is_answered():
    data = data_of(Target("class", ("a", "b")), class_counts={"train": (2, 4)})
    known, y = np.array([0, 1, 1, 0, 1, 1]), np.array([0, 1, 1, 1])
    words, values = measured("classification", data, np.zeros((4, 2)), y, known)
    assert words == "always answering 'b'"
    assert values["accuracy"] == 0.75
    assert values["auc"] == 0.5


def test_labels_that_most_have_are_answered():
    known = np.array([[1, 0], [1, 0], [1, 1], [0, 0]], np.float32)
    data = data_of(Target("labels", ("a", "b")))
    _, values = measured("multilabel", data, np.zeros((4, 2)), known, known)
    assert values["label_accuracy"] == 0.75


def test_the_mean_of_training_is_answered():
    known = np.array([[1.0], [3.0]], np.float32)
    data = data_of(Target("number", ("n",), (2.0,), (1.0,)))
    _, values = measured("regression", data, np.zeros((2, 2)), known + 1, known)
    assert values["mae"] == 1.0


@pytest.mark.parametrize("horizon", [1, 2])
def test_the_last_value_seen_is_repeated(horizon):
    steps = tuple(range(1, horizon + 1))
    names = tuple("load" if horizon == 1 else f"load +{step}" for step in steps)
    target = Target("number", names, naive_error=1.0, steps=steps)
    columns = [{"name": "heat", "kind": "number"}, {"name": "load", "kind": "number"}]
    data = data_of(target, "series", (3, 2), encoder={"part": "table", "columns": columns})
    x = RANDOM.normal(size=(5, 3, 2)).astype("float32")
    y = np.repeat(x[:, -1, 1:], horizon, axis=1)
    words, values = measured("forecasting", data, x, y, y)
    assert words == "repeating the last value"
    assert values["mase"] == 0.0


def test_anomalies_are_guessed_where_some_are_known():
    data = data_of(Target("class", ("good", "bad")), class_counts={"train": (6, 0)})
    y = np.array([0, 1, 0, 1])
    _, values = measured("anomaly", data, np.zeros((4, 2)), y, y)
    assert values["auc"] == 0.5
    unknown = replace(data, target=Target("none"), class_counts={})
    zeros = np.zeros(4, np.int64)
    assert TASKS.get("anomaly")().baseline(np.zeros((4, 2)), zeros, zeros, unknown) is None


@pytest.mark.parametrize(
    ("metric", "quality", "error", "value", "words"),
    [
        ("accuracy", 0.7, 0.05, 0.7, "no better than always"),
        ("accuracy", 0.6, None, 0.7, "no better than always"),
        ("accuracy", 0.72, 0.05, 0.7, "hardly better than always"),
        ("rmse", 12.0, 0.5, 11.0, "no better than always"),
        ("rmse", 10.7, 0.5, 11.0, "hardly better than always"),
        ("accuracy", 0.8, 0.05, 0.7, ""),
        ("rmse", 9.0, 0.5, 11.0, ""),
    ],
)
def test_only_what_is_clearly_better_goes_without_a_word(metric, quality, error, value, words):
    text = told(metric, quality, error, value, "always answering 'b'")
    assert words in text
    assert bool(text) == bool(words)
    assert "\n" not in text
