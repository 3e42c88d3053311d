"""What is shown of the chosen file's predictions, for every task."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from automl.data.base import Target
from automl.report.classes import MOST_CLASSES, MOST_CONFUSIONS, class_view
from automl.report.outcome import outcome
from automl.report.plots.forecasts import forecast_views
from automl.report.plots.predicted import MOST_POINTS, predicted_views
from automl.report.plots.scores import scores_view
from automl.tasks.evidence import evidence_file, write_evidence

NUMBERS = Target("number", ("progression",), (150.0,), (77.0,))
TIMES = np.arange(60.0)


def shipped(builder, task, metric, target, evidence, **facts):
    """Writes a finished run of a task with the predictions of its chosen file."""
    run = builder(trials=1).data(target=target)
    known = {"task": task, "metric": metric, "objective": [f"val_{metric}", "size"]}
    for name, value in (known | facts).items():
        run.store.set_fact(name, value)
    run.trial(0, metrics={f"val_{metric}": 0.5, "val_loss": 0.3}, score=0.5)
    ran = run.verified(
        metric=metric, metrics={metric: 0.25, "mae": 3.5}, keras_metrics={metric: 0.24},
        error=0.01, left_out={"auc": "all examples are of one class"},
    )  # fmt: skip
    run.artifact(0, verifications=(ran,), validation_quality=0.26)
    run.choose(0)
    run.finish()
    write_evidence(run.folder / evidence_file(0, "tflite", "int8"), evidence)
    return run


@pytest.fixture
def forecast(builder):
    x = np.stack([TIMES[n : n + 8, None] for n in range(40)]).astype(np.float32)
    y = np.stack([TIMES[n + 8 : n + 11] for n in range(40)]).astype(np.float32)
    target = Target("number", ("a", "a", "a"), (1.0,) * 3, (1.0,) * 3, 1.0, (1, 2, 3))
    evidence = {"outputs": y + 0.5, "y": y, "seen": x}
    return shipped(builder, "forecasting", "mase", target, evidence)


def test_every_metric_is_shown_the_one_that_decided_first(builder):
    run = shipped(builder, "regression", "rmse", NUMBERS, {})
    found = outcome(run.snapshot())
    assert [row.label for row in found.rows] == ["RMSE", "MAE"]
    assert (found.rows[0].value, found.rows[0].keras) == ("0.2500", "0.2400")
    assert found.left_out == ("AUC has no value: all examples are of one class.",)
    assert "with a test RMSE of 0.2500" in run.page()


def test_a_confusion_matrix_counts_every_example(builder):
    y = np.array([0] * 8 + [1] * 10 + [2] * 2)
    predicted = np.array([0] * 6 + [1] * 2 + [1] * 10 + [0] * 2)
    target = Target("class", ("cat", "dog", "<b>newt"))
    evidence = {"y": y.astype("int32"), "predicted": predicted.astype("int32")}
    run = shipped(builder, "classification", "accuracy", target, evidence)
    view = class_view(run.snapshot())
    assert [[cell.count for cell in cells] for _, cells in view.matrix] == [
        [6, 2, 0], [0, 10, 0], [2, 0, 0],
    ]  # fmt: skip
    assert [found.recall for found in view.found] == ["0.750", "1.000", "0.000"]
    assert view.found[1].precision == "0.833"
    page = run.page()
    assert "Confusion matrix of 20 test examples" in page
    assert "&lt;b&gt;newt" in page
    assert "<b>newt" not in page


def test_of_many_classes_the_most_frequent_mistakes_are_listed(builder):
    count = MOST_CLASSES + 5
    y = np.repeat(np.arange(count), 4).astype("int32")
    predicted = y.copy()
    predicted[:3] = 7  # Three of four of the first class.
    predicted[8] = 1
    target = Target("class", tuple(f"c{n}" for n in range(count)))
    evidence = {"y": y, "predicted": predicted}
    view = class_view(
        shipped(builder, "classification", "accuracy", target, evidence).snapshot()
    )  # fmt: skip
    assert not view.matrix
    first, second = view.confusions
    assert (first.right, first.taken_for, first.count, first.share) == ("c0", "c7", 3, "0.750")
    assert (second.right, second.taken_for) == ("c2", "c1")
    assert len(view.confusions) <= MOST_CONFUSIONS
    assert view.found[0].name == "c0", "what is found least often comes first"


def test_each_label_has_its_share_found(builder):
    y = np.array([[1, 0], [1, 1], [0, 0], [1, 0]], np.float32)
    outputs = np.array([[0.9, 0.1], [0.2, 0.8], [0.1, 0.7], [0.6, 0.2]], np.float32)
    target = Target("labels", ("red", "round"))
    run = shipped(builder, "multilabel", "macro_f1", target, {"y": y, "outputs": outputs})
    view = class_view(run.snapshot())
    assert [(each.examples, each.recall, each.precision) for each in view.found] == [
        (3, "0.667", "1.000"), (1, "1.000", "0.500"),
    ]  # fmt: skip
    assert "Each label: how many of its examples are found" in run.page()


def test_predicted_numbers_are_drawn_against_true_ones(builder):
    y = np.linspace(0, 100, 3 * MOST_POINTS)[:, None]
    run = shipped(builder, "regression", "rmse", NUMBERS, {"y": y, "outputs": y + 1})
    (view,) = predicted_views(run.snapshot())
    assert len(view.points) == MOST_POINTS
    assert view.examples == 3 * MOST_POINTS
    assert all(told == pytest.approx(true + 1) for true, told in view.points)
    page = run.page()
    assert "Predicted and true: progression" in page
    assert "400 of 1,200 test examples" in page


def test_forecasts_are_drawn_with_the_last_value_repeated(forecast):
    first, *_, last = forecast_views(forecast.snapshot())
    assert first.came == ((1, 8.0), (2, 9.0), (3, 10.0))
    assert first.forecast == ((1, 8.5), (2, 9.5), (3, 10.5))
    assert first.repeated == ((1, 7.0), (2, 7.0), (3, 7.0))
    assert first.seen[-1] == (0, 7.0)
    assert last.came != first.came
    assert "last value repeated" in forecast.page()


def test_one_step_forecasts_are_drawn_along_the_time(builder):
    x = np.stack([TIMES[n : n + 8, None] for n in range(40)]).astype(np.float32)
    y = TIMES[8:48, None].astype(np.float32)
    target = Target("number", ("a",), (1.0,), (1.0,), 1.0, (1,))
    evidence = {"outputs": y, "y": y, "seen": x}
    (view,) = forecast_views(
        shipped(builder, "forecasting", "mase", target, evidence).snapshot()
    )  # fmt: skip
    assert view.repeated[0] == (1, 7.0)
    assert view.came[0] == (1, 8.0)


def test_scores_are_counted_on_both_sides_of_the_threshold(builder):
    scores = np.concatenate([np.linspace(0, 1, 90), np.linspace(0.9, 3, 10)])[:, None]
    y = np.array([0] * 90 + [1] * 10)
    target = Target("class", ("good", "odd"))
    run = shipped(
        builder, "anomaly", "auc", target, {"outputs": scores, "y": y}, threshold=0.95
    )  # fmt: skip
    view = scores_view(run.snapshot())
    assert sum(view.normal) == 90
    assert sum(view.abnormal) == 10
    assert "9 of the 10 abnormal examples and 5 of the 90 normal ones" in view.told
    page = run.page()
    assert "threshold 0.95, from validation data" in page


def test_without_predictions_the_page_does_without(builder):
    run = shipped(builder, "regression", "rmse", NUMBERS, {})
    for name in (evidence_file(0, "tflite", "int8"),):
        (run.folder / name).unlink()
    snapshot = run.snapshot()
    assert predicted_views(snapshot) == forecast_views(snapshot) == ()
    assert class_view(snapshot) is scores_view(snapshot) is None
    assert "Exported files" in run.page()


def test_numbers_are_described_with_their_spread(builder):
    page = shipped(builder, "regression", "rmse", NUMBERS, {}, why_task="it is a float").page()
    assert "progression (150 ± 77)" in page
    assert "regression (it is a float)" in page


def test_before_a_file_was_run_there_is_no_outcome(builder):
    run = builder(trials=1).data()
    run.trial(0)
    assert outcome(run.snapshot()) is None
    assert outcome(replace(run.snapshot(), choice=None)) is None
