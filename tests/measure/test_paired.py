"""How sure it is that one model is better than another."""

from __future__ import annotations

import numpy as np
import pytest

from automl.measure.paired import MOST, compared_rows, paired_error
from automl.tasks.class_metrics import accuracy, macro_f1
from automl.tasks.number_metrics import rmse
from automl.tasks.uncertainty import binomial_error


def answers(y, wrong):
    """Returns outputs of a model that is right but for some examples."""
    outputs = np.eye(3)[y]
    outputs[wrong] = np.eye(3)[(y[wrong] + 1) % 3]
    return outputs


@pytest.fixture
def y():
    return np.random.default_rng(0).integers(3, size=400)


def test_models_wrong_on_the_same_examples_are_told_apart_by_few(y):
    one, other = answers(y, np.arange(40)), answers(y, np.arange(44))
    error = paired_error(accuracy, "accuracy", [one], [other], y)
    assert error < 0.5 * binomial_error(0.9, 400)
    # Four more wrong and none more right: nearly two standard errors.
    assert 1.5 < 0.01 / error < 2.0


def test_models_wrong_on_others_are_not(y):
    one, other = answers(y, np.arange(40)), answers(y, np.arange(40, 84))
    assert paired_error(accuracy, "accuracy", [one], [other], y) > binomial_error(0.9, 400)


def test_models_that_agree_are_not_equal_for_certain(y):
    one = answers(y, np.arange(4))
    assert 0 < paired_error(accuracy, "accuracy", [one], [one], y) < 1 / 400


def test_several_trainings_are_surer_than_one(y):
    random = np.random.default_rng(1)
    several = [answers(y, random.choice(400, 40, replace=False)) for _ in range(8)]
    one = paired_error(accuracy, "accuracy", several[:1], several[4:5], y)
    assert paired_error(accuracy, "accuracy", several[:4], several[4:], y) < 0.7 * one


def test_the_error_is_how_differences_vary_with_the_examples():
    """Checked against many draws of the examples themselves."""
    random = np.random.default_rng(2)
    differences, errors = [], []
    for _ in range(300):
        y = random.normal(size=(80, 1))
        shared = random.normal(size=(80, 1))
        one = y + shared + 0.3 * random.normal(size=(80, 1))
        other = y + shared + 0.3 * random.normal(size=(80, 1))
        differences.append(rmse(one, y) - rmse(other, y))
        if len(errors) < 20:
            errors.append(paired_error(rmse, "rmse", [one], [other], y))
    assert np.mean(errors) == pytest.approx(np.std(differences), rel=0.25)


def test_any_metric_has_one(y):
    one, other = answers(y, np.arange(40)), answers(y, np.arange(44))
    error = paired_error(macro_f1, "macro_f1", [one], [other], y)
    assert error == pytest.approx(paired_error(accuracy, "accuracy", [one], [other], y), rel=0.4)


def test_without_examples_there_is_none():
    assert paired_error(accuracy, "accuracy", [np.eye(3)[:1]], [np.eye(3)[:1]], np.zeros(1)) is None


def test_many_examples_are_thinned_out_evenly():
    assert len(compared_rows(10)) == 10
    rows = compared_rows(10 * MOST)
    assert len(rows) == MOST
    assert rows[0] == 0
    assert rows[-1] == 10 * MOST - 1
