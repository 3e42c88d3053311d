"""Single-label classification. What every task must keep is in tests/contracts."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tasks.classification import Classification
from automl.tasks.uncertainty import binomial_error

OUTPUTS = np.array([[0.1, 0.9], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])


@pytest.fixture
def data(summary):
    return summary("class", ("cat", "dog"))


@pytest.mark.parametrize(
    ("labels", "accuracy"), [([1, 0, 1, 0], 1.0), ([1, 0, 0, 0], 0.75), ([0, 1, 0, 1], 0.0)]
)
def test_accuracy_is_that_of_the_largest_output(data, labels, accuracy):
    scores = Classification().measure(OUTPUTS, np.array(labels), data)
    assert scores.values["accuracy"] == accuracy


def test_rare_classes_count_as_much_in_the_balanced_metrics(data):
    labels = np.array([1] * 90 + [0] * 10)
    always = np.tile([0.2, 0.8], (100, 1))
    scores = Classification().measure(always, labels, data).values
    assert scores["accuracy"] == 0.9
    assert scores["balanced_accuracy"] == 0.5
    assert scores["macro_f1"] == pytest.approx(0.9 / 1.9)
    assert scores["auc"] == 0.5


def test_the_area_under_the_curve_is_each_class_against_the_rest(summary):
    labels = np.array([0, 1, 2] * 20)
    outputs = np.eye(3)[labels] * 0.4 + 0.2
    outputs[labels == 2] = 0.2  # The third class looks like nothing.
    auc = Classification().measure(outputs, labels, summary("class", ("a", "b", "c"))).values["auc"]
    assert auc == pytest.approx((1.0 + 1.0 + 0.5) / 3)


def test_one_class_only_leaves_out_what_has_no_value(data):
    scores = Classification().measure(OUTPUTS, np.zeros(4, int), data)
    assert scores.left_out == {"auc": "all examples are of one class"}
    assert set(scores.values) == {"accuracy", "balanced_accuracy", "macro_f1"}


def test_a_class_without_examples_is_no_fault_of_the_model(summary):
    labels = np.array([0, 1] * 10)
    outputs = np.eye(3)[labels]
    scores = Classification().measure(outputs, labels, summary("class", ("a", "b", "c")))
    assert set(scores.values.values()) == {1.0}


def test_the_error_of_the_accuracy_is_that_of_a_share(data):
    error = Classification().error("accuracy", OUTPUTS, np.array([1, 0, 0, 0]), data)
    assert error == binomial_error(0.75, 4)


def test_agreement_is_of_the_largest_output_however_sure(data):
    sure = np.array([[0.0, 1.0], [1.0, 0.0], [0.9, 0.1], [0.7, 0.3]])
    assert Classification().agreement(OUTPUTS, sure, data) == 0.75


def test_a_network_has_a_unit_per_class(digits):
    target = Classification().target(digits.summary)
    assert (target.kind, target.units) == ("classification", 10)


def test_a_person_reads_the_class_and_how_sure_it_is(data):
    answer = Classification().predict(OUTPUTS[0], data)
    assert answer.text == "dog 0.9000"
    assert answer.record["probabilities"] == {"dog": 0.9, "cat": 0.1}


def test_the_report_gets_the_predicted_class_of_every_example():
    kept = Classification().evidence(np.zeros((4, 2)), OUTPUTS, np.array([1, 0, 0, 0]))
    assert kept["predicted"].tolist() == [1, 0, 1, 0]
    assert kept["y"].tolist() == [1, 0, 0, 0]
