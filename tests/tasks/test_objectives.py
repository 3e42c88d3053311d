"""What candidates are ranked by, once the task is known."""

from __future__ import annotations

import pytest

from automl.errors import UserInputError
from automl.tasks.classification import Classification
from automl.tasks.metrics import METRICS, OBJECTIVES, metric_of
from automl.tasks.objectives import find_metric, find_objectives
from automl.tasks.regression import Regression


@pytest.fixture
def classes(summary):
    return summary("class", ("a", "b"))


@pytest.fixture
def numbers(summary):
    return summary("number", ("v",))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("auto",), ("val_accuracy", "size")),
        (("auto", "latency"), ("val_accuracy", "size", "latency")),
        (("val_auc", "auto"), ("val_auc", "val_accuracy", "size")),
        (("val_loss",), ("val_loss",)),
    ],
)
def test_auto_is_the_tasks_own_and_the_size(classes, asked, found):
    assert find_objectives(asked, Classification(), classes) == found


def test_a_metric_of_another_task_is_refused_with_those_there_are(numbers):
    with pytest.raises(UserInputError) as caught:
        find_objectives(("val_accuracy", "size"), Regression(), numbers)
    message = str(caught.value)
    assert "val_accuracy is no metric of the task regression" in message
    assert "val_rmse" in message
    assert "\n" not in message


def test_files_are_judged_by_the_metric_that_ranks(classes, numbers):
    assert find_metric(("val_auc", "size"), Classification(), classes) == "auc"
    assert find_metric(("val_loss", "size"), Regression(), numbers) == "rmse"


def test_a_metric_knows_its_direction():
    assert metric_of("val_accuracy").turned(0.5) == 0.5
    assert metric_of("val_rmse").turned(3.0) == -3.0
    assert metric_of("val_loss").better(0.1, 0.2)
    assert {name for name in METRICS if not METRICS[name].higher_is_better} == {
        "mae", "rmse", "mase", "reconstruction_error", "loss",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("accuracy", 0.98765, "0.9877"),
        ("rmse", 54.3219, "54.32"),
        ("rmse", 1_234_567.0, "1,234,567"),
        ("rmse", 5_432.1, "5432"),
        ("mae", 0.00123456, "0.001235"),
        ("mase", float("nan"), "\N{EN DASH}"),
        ("accuracy", None, "\N{EN DASH}"),
    ],
)
def test_a_value_is_written_with_the_digits_that_matter(name, value, text):
    assert metric_of(name).format(value) == text


def test_every_objective_can_be_asked_for():
    assert "val_macro_f1" in OBJECTIVES
    assert "val_mase" in OBJECTIVES
    assert "latency" in OBJECTIVES
