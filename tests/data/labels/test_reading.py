"""What labels are: classes, several at once, or numbers."""

from __future__ import annotations

import numpy as np
import pytest

from automl.data.labels.parts import Part
from automl.data.labels.reading import read_labels
from automl.errors import UserInputError


def read(values, task="auto", **more):
    values = np.asarray(values)
    return read_labels([Part("y", values, len(values))], task=task, **more)


@pytest.mark.parametrize(
    ("labels", "names", "indices"),
    [
        (["cat", "dog", "cat", "ant"], ("ant", "cat", "dog"), [1, 2, 1, 0]),
        ([b"b", b"a", b"a", b"b"], ("a", "b"), [1, 0, 0, 1]),
        (np.array(["b", "a"], dtype=object), ("a", "b"), [1, 0]),
        ([7, 3, 3, 7, 5], ("3", "5", "7"), [2, 0, 0, 2, 1]),
        ([-1, 1, 1, -1], ("-1", "1"), [0, 1, 1, 0]),
        ([True, False, True], ("False", "True"), [1, 0, 1]),
        ([0.0, 1.0, 1.0], ("0", "1"), [0, 1, 1]),
        ([[3], [1], [3]], ("1", "3"), [1, 0, 1]),
    ],
)
def test_words_and_whole_numbers_are_sorted_classes(labels, names, indices):
    found = read(labels)
    assert found.task == "classification"
    assert found.target.names == names
    assert found.values[0].tolist() == indices
    assert found.values[0].dtype == np.int64


def test_class_names_are_what_labels_index():
    assert read([0, 1, 2], class_names=["a", "b", "c", "unused"]).target.names[3] == "unused"
    with pytest.raises(UserInputError, match="index the 2 class names"):
        read([0, 1, 2], class_names=["a", "b"])


def test_class_names_give_words_their_order():
    found = read(["b", "a", "b"], class_names=["b", "a"])
    assert found.values[0].tolist() == [0, 1, 0]
    with pytest.raises(UserInputError, match=r"must be class names\. Received: 'c'"):
        read(["b", "c"], class_names=["b", "a"])


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ([0.5, 1.5, 2.0], "fractions"),
        ([20.0, 31.0, 25.0], "floating-point"),
        (range(100), "100 different whole numbers in 100 examples"),
    ],
)
def test_measured_numbers_are_to_be_predicted(labels, why):
    found = read(list(labels))
    assert (found.task, found.target.kind) == ("regression", "number")
    assert found.values[0].shape == (len(labels), 1)
    assert found.values[0].dtype == np.float32
    assert why in found.why


def test_many_classes_with_examples_each_are_classes():
    assert read(np.arange(1000) % 100).task == "classification"


def test_the_task_decides_what_is_in_doubt():
    assert read(range(100), "classification").task == "classification"
    assert read([0, 1, 1, 0], "regression").task == "regression"
    assert read([[0, 1], [1, 0]], "multilabel").task == "multilabel"
    assert read([[0, 1], [1, 1]], "regression").task == "regression"


def test_several_columns_of_0_and_1_are_labels():
    found = read([[0, 1, 1], [0, 0, 0], [1, 0, 0]], names=["a", "b", "c"])
    assert (found.task, found.target.kind) == ("multilabel", "labels")
    assert found.target.names == ("a", "b", "c")
    assert found.values[0].dtype == np.float32


def test_one_hot_rows_are_classes_and_noted():
    found = read(np.eye(3)[[2, 0, 1]])
    assert found.values[0].tolist() == [2, 0, 1]
    assert "one-hot" in found.notes[0]


def test_several_columns_of_numbers_are_all_predicted():
    found = read([[0.5, 2], [1, 3]])
    assert (found.task, found.target.names) == ("regression", ("y0", "y1"))


@pytest.mark.parametrize(
    ("labels", "task", "words"),
    [
        (["a", "b"], "regression", "Regression needs numbers"),
        ([0.5, 1], "classification", "numbers with fractions, e.g. 0.5"),
        ([[0, 1], [1, 1]], "classification", "not one-hot"),
        ([[0, 2], [1, 1]], "multilabel", "columns of 0 and 1"),
        ([["a", "b"]], "auto", "must be numbers"),
        ([1j, 2j], "auto", "dtype complex"),
        ([[[1]]], "auto", "one label per example"),
        ([np.nan, np.nan], "auto", "must hold labels"),
    ],
)
def test_what_does_not_fit_is_named(labels, task, words):
    with pytest.raises(UserInputError) as caught:
        read(labels, task)
    assert words in str(caught.value)
