"""Any number of labels at once."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tasks.multilabel import Multilabel

OUTPUTS = np.array([[0.9, 0.2, 0.6], [0.1, 0.4, 0.7], [0.8, 0.3, 0.2], [0.2, 0.1, 0.1]])
RIGHT = np.array([[1, 0, 1], [0, 1, 1], [1, 0, 0], [0, 0, 0]], np.float32)


@pytest.fixture
def data(summary):
    return summary("labels", ("red", "round", "small"))


def test_labels_are_judged_at_the_cut_they_are_told_at(data):
    scores = Multilabel().measure(OUTPUTS, RIGHT, data).values
    assert scores["subset_accuracy"] == 0.75
    assert scores["label_accuracy"] == pytest.approx(11 / 12)
    assert scores["macro_f1"] == pytest.approx(2 / 3)
    assert scores["auc"] == 1.0


def test_it_is_ranked_by_macro_f1(data):
    assert Multilabel().objectives(data) == ("val_macro_f1", "size")


def test_labels_that_hold_of_nothing_are_left_out(data):
    scores = Multilabel().measure(OUTPUTS, np.zeros_like(RIGHT), data)
    assert scores.left_out == {
        "macro_f1": "no label holds of any example",
        "auc": "every label holds of all examples or of none",
    }
    assert scores.values["subset_accuracy"] == 0.25


def test_one_label_is_enough(summary):
    data = summary("labels", ("spam",))
    scores = Multilabel().measure(OUTPUTS[:, :1], RIGHT[:, :1], data)
    assert scores.values == dict.fromkeys(scores.values, 1.0)
    assert not scores.left_out


def test_a_person_reads_the_labels_that_hold(data):
    assert Multilabel().predict(OUTPUTS[0], data).text == "red 0.9000, small 0.6000"
    none = Multilabel().predict(OUTPUTS[3], data)
    assert none.text == "no label (likeliest: red 0.2000)"
    assert none.record["labels"] == []


def test_one_class_each_is_another_question(summary):
    reason = Multilabel.suits(summary("class", ("a", "b")))
    assert reason.endswith("these have one class each")
