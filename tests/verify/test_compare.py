"""The one comparison between a file and its Keras model."""

from __future__ import annotations

import json

import numpy as np
import pytest

from automl.compression.recipe import Tolerance
from automl.tasks.classification import Classification
from automl.types import VerificationStatus
from automl.verify.base import RuntimeResult
from automl.verify.compare import compare

REFERENCE = np.eye(4, dtype=np.float32)[[0, 1, 2, 3] * 5] * 0.7 + 0.075
LABELS = np.array([0, 1, 2, 3] * 5)
TOLERANCE = Tolerance(max_abs_diff=0.1, min_agreement=0.95)


def compared(outputs, reference=REFERENCE, tolerance=TOLERANCE):
    result = RuntimeResult(np.asarray(outputs, np.float32), 0.5, 0.7)
    return compare("litert", result, reference, LABELS, Classification(), tolerance)


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
        assert verification.reason == "an output differs from Keras by 0.11, the recipe allows 0.1"


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
