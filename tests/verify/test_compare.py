"""The one comparison between a file and its Keras model."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from automl.compression.recipe import Tolerance
from automl.data.base import Target
from automl.data.dataset import DataSummary
from automl.tasks.classification import Classification
from automl.tasks.regression import Regression
from automl.types import VerificationStatus
from automl.verify.base import RuntimeResult
from automl.verify.compare import compare
from search_spaces import InputSpec

REFERENCE = np.eye(4, dtype=np.float32)[[0, 1, 2, 3] * 5] * 0.7 + 0.075
LABELS = np.array([0, 1, 2, 3] * 5)
NUMBERS = np.linspace(-2_000, 2_000, 20, dtype=np.float32)[:, None]
TOLERANCE = Tolerance(max_abs_diff=0.1, min_agreement=0.95)


DATA = DataSummary(
    uri="somewhere",
    source="npz",
    input=InputSpec("vector", (4,)),
    target=Target("class", ("a", "b", "c", "d")),
    counts={"train": 60, "validation": 20, "test": 20},
    fingerprint="0" * 64,
)


def compared(outputs, reference=REFERENCE, tolerance=TOLERANCE):
    result = RuntimeResult(np.asarray(outputs, np.float32), 0.5, 0.7)
    task = Classification()
    return compare("litert", result, reference, LABELS, task=task, data=DATA, tolerance=tolerance)


def compared_numbers(outputs, std, tolerance=TOLERANCE):
    target = Target("number", ("price",), (0.0,), (std,))
    result = RuntimeResult(np.asarray(outputs, np.float32), 0.5, 0.7)
    return compare(
        "litert", result, NUMBERS, NUMBERS + 1, task=Regression(),
        data=replace(DATA, target=target), tolerance=tolerance,
    )  # fmt: skip


def test_what_is_equal_passes_with_its_figures():
    verification = compared(REFERENCE)
    assert verification.status is VerificationStatus.PASSED
    assert verification.reason == ""
    assert verification.examples == 20
    assert (verification.max_abs_diff, verification.mean_abs_diff) == (0, 0)
    assert verification.agreement == verification.accuracy == verification.keras_accuracy == 1
    assert (verification.latency_ms, verification.latency_p95_ms) == (0.5, 0.7)


@pytest.mark.parametrize(("difference", "passes"), [(0.09, True), (0.11, False), (-0.11, False)])
def test_the_largest_difference_decides(difference, passes):
    outputs = REFERENCE.copy()
    outputs[3, 2] += difference
    verification = compared(outputs)
    assert (verification.status is VerificationStatus.PASSED) is passes
    assert verification.max_abs_diff == pytest.approx(abs(difference), rel=1e-4)
    assert verification.mean_abs_diff == pytest.approx(abs(difference) / 80, rel=1e-4)
    if not passes:
        low = f"{REFERENCE[3, 2]:.4g}"
        assert verification.reason == (
            f"output 2 ({DATA.target.names[2]}) of example 3 differs from Keras by 0.11"
            f" ({outputs[3, 2]:.4g}, Keras {low}), the recipe allows 0.1"
        )


@pytest.mark.parametrize(("wrong", "passes"), [(1, True), (2, False)])
def test_agreement_decides_too(wrong, passes):
    loose = Tolerance(max_abs_diff=5.0, min_agreement=0.95)
    outputs = REFERENCE.copy()
    outputs[:wrong] = outputs[:wrong, ::-1]
    verification = compared(outputs, tolerance=loose)
    assert (verification.status is VerificationStatus.PASSED) is passes
    assert verification.accuracy == 1 - wrong / 20
    if not passes:
        assert "90.0% of the examples agree with Keras" in verification.reason


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_fails_and_can_be_kept_as_json(value):
    outputs = REFERENCE.copy()
    outputs[0, :2] = value
    verification = compared(outputs)
    assert verification.status is VerificationStatus.FAILED
    assert verification.reason == "2 of 80 outputs are NaN or infinite"
    json.dumps(verification.to_dict(), allow_nan=False)


@pytest.mark.parametrize("shape", [(20, 3), (19, 4), (20, 4, 1)])
def test_another_shape_fails(shape):
    verification = compared(np.zeros(shape))
    assert verification.status is VerificationStatus.FAILED
    assert verification.reason == f"outputs have shape {shape}, Keras gives (20, 4)"


def test_a_keras_model_that_is_wrong_itself_does_not_make_the_file_fail():
    turned = REFERENCE[:, ::-1]
    verification = compared(turned, reference=turned)
    assert verification.status is VerificationStatus.PASSED
    assert verification.keras_accuracy == verification.accuracy == 0


def test_a_reference_that_is_not_finite_passes_nothing():
    reference = REFERENCE.copy()
    reference[0, 0] = np.nan
    verification = compared(REFERENCE, reference=reference)
    assert verification.status is VerificationStatus.FAILED
    assert verification.reason == "1 of 80 outputs of Keras are NaN or infinite"


def test_differences_of_numbers_are_judged_by_their_spread():
    outputs = NUMBERS + 90.0
    assert compared_numbers(outputs, std=1_000.0).status is VerificationStatus.PASSED
    failed = compared_numbers(outputs, std=100.0)
    assert failed.status is VerificationStatus.FAILED
    assert failed.reason.startswith("output 0 (price) of example ")
    assert failed.reason.endswith(", 0.9 of the outputs' spread, the recipe allows 0.1 of it")
    assert "differs from Keras by 90" in failed.reason
    assert failed.max_abs_diff == pytest.approx(90, rel=1e-3)


def test_every_metric_of_the_task_is_kept_with_the_error_of_the_one_that_decides():
    verification = compared_numbers(NUMBERS, std=1_000.0)
    assert verification.metric == "rmse"
    assert verification.quality == verification.metrics["rmse"] == pytest.approx(1.0)
    assert set(verification.metrics) == {"rmse", "mae", "r2"}
    assert verification.error == pytest.approx(0.0, abs=1e-6)
    assert verification.accuracy is None
    assert "accuracy" not in verification.to_dict()
    assert compared(REFERENCE).to_dict()["accuracy"] == 1.0
    assert type(verification).from_dict(verification.to_dict()) == verification
