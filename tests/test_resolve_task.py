"""What is asked of data: inferred from what its labels are, or said by the user."""

from __future__ import annotations

import pytest

from automl.data.base import Target
from automl.data.dataset import DataSummary
from automl.errors import UserInputError
from automl.resolve import find_task, infer_task, why_task
from search_spaces import InputSpec


def described(target, **known):
    fields = {"uri": "x", "source": "npz", "input": InputSpec("vector", (4,)), "counts": {}}
    return DataSummary(target=target, fingerprint="0", **(fields | known))


CLASSES = described(Target("class", ("a", "b")))
LABELS = described(Target("labels", ("a", "b")))
NUMBER = described(Target("number", ("price",)))
FORECAST = described(Target("number", ("sales", "sales"), steps=(1, 2)))
NOTHING = described(Target("none"))


@pytest.mark.parametrize(
    ("data", "task", "kind", "units"),
    [
        (CLASSES, "classification", "classification", 2),
        (LABELS, "multilabel", "multilabel", 2),
        (NUMBER, "regression", "regression", 1),
        (FORECAST, "forecasting", "regression", 2),
        (NOTHING, "anomaly", "reconstruction", 4),
    ],
)
def test_labels_say_what_is_asked(data, task, kind, units):
    name, signature = find_task("auto", data)
    assert name == task
    assert (signature.target.kind, signature.target.units) == (kind, units)
    assert why_task("auto", data)


def test_what_the_source_says_comes_first():
    data = described(Target("class", ("good", "bad")), task="anomaly", why="a folder named so")
    assert infer_task(data) == "anomaly"
    assert why_task("auto", data) == "a folder named so"


def test_the_user_has_the_last_word():
    data = described(Target("class", ("good", "bad")), class_counts={"train": (9, 2)})
    assert find_task("anomaly", data)[0] == "anomaly"
    assert why_task("anomaly", data) == "--task anomaly"


@pytest.mark.parametrize(
    ("task", "data", "words"),
    [
        ("classification", NUMBER, "these have numbers"),
        ("regression", CLASSES, "these have classes"),
        ("multilabel", CLASSES, "one class each"),
        ("forecasting", NUMBER, "--time"),
        ("anomaly", NUMBER, "no labels at all"),
    ],
)
def test_a_task_that_does_not_suit_is_refused_with_one_that_does(task, data, words):
    with pytest.raises(UserInputError) as caught:
        find_task(task, data)
    message = str(caught.value)
    assert words in message
    assert "It can be asked for" in message
    assert "\n" not in message
