"""Which trials are worth going on with."""

from __future__ import annotations

import math
import random

import pytest

from automl.config import Constraints
from automl.errors import NothingFeasibleError, VerificationError
from automl.selection import (
    KEPT,
    SHORTLIST,
    front_places,
    nothing_feasible,
    nothing_passed,
    objective_value,
    pareto_front,
    shortlist,
    worth_keeping,
)
from automl.types import (
    Artifact,
    Measures,
    Trial,
    TrialState,
    Verification,
    VerificationStatus,
)

ACCURACY_AND_SIZE = ("val_accuracy", "size")


def trial(
    number,
    accuracy=None,
    size=1_000,
    state=TrialState.COMPLETED,
    latency=1.0,
    loss=None,
    error=None,
):
    metrics = {} if accuracy is None else {"val_accuracy": accuracy, "val_loss": loss or 1.0}
    measures = None if size is None else Measures(10, 20, size, size, latency, "int8")
    return Trial(number, {}, {}, "random", state, measures, metrics, accuracy, error=error)


def forecast(number, rmse, size=1_000, error=None):
    measures = Measures(10, 20, size, size, 1.0, "int8")
    metrics = {"val_rmse": rmse, "val_loss": 1.0}
    done = TrialState.COMPLETED
    return Trial(number, {}, {}, "random", done, measures, metrics, -rmse, error=error)


def numbers(trials):
    return [each.number for each in trials]


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ([(0.9, 100)], [0]),
        ([(0.9, 100), (0.8, 50), (0.7, 70)], [0, 1]),
        ([(0.9, 100), (0.9, 90)], [1]),
        ([(0.9, 100), (0.8, 100)], [0]),
        ([(0.9, 100), (0.9, 100), (0.9, 100)], [0]),
        ([(0.5, 10), (0.6, 20), (0.7, 30), (0.65, 40)], [0, 1, 2]),
        ([], []),
    ],
)
def test_the_front_holds_what_nothing_beats(points, front):
    trials = [trial(number, *point) for number, point in enumerate(points)]
    assert numbers(pareto_front(trials, ACCURACY_AND_SIZE)) == front


@pytest.mark.parametrize("values", [1, 2, 3, 4])
def test_the_front_is_that_of_comparing_everything_with_everything(values):
    chance = random.Random(values)
    pool = [0.0, 0.5, 1.0, -math.inf]
    for count in range(40):
        points = [
            tuple(chance.choice([*pool, chance.random()]) for _ in range(values))
            for _ in range(count)
        ]
        beaten = {
            place
            for place, point in enumerate(points)
            for other, rival in enumerate(points)
            if all(a >= b for a, b in zip(rival, point, strict=True))
            and (rival != point or other < place)
        }
        assert front_places(points) == [n for n in range(count) if n not in beaten]


def test_a_front_of_very_many_is_found_at_once():
    """To compare every pair of them would take an hour."""
    points = [(float(place), -float(place)) for place in range(60_000)]
    assert len(front_places(points)) == len(points)
    assert front_places([(*point, 0.0) for point in points[:300]]) == list(range(300))


def test_what_has_no_value_is_compared_with_nothing():
    assert front_places([(1.0, math.nan), (2.0, 2.0), (1.0, 1.0)]) == [0, 1]


def test_with_one_objective_the_front_is_the_best():
    trials = [trial(0, 0.8), trial(1, 0.9), trial(2, 0.9)]
    assert numbers(pareto_front(trials, ["val_accuracy"])) == [1]


def test_the_front_has_no_trial_that_did_not_finish():
    trials = [trial(n, 0.9, state=state) for n, state in enumerate(TrialState)]
    assert [each.state for each in pareto_front(trials, ACCURACY_AND_SIZE)] == ["completed"]


def test_what_was_not_measured_is_never_cheap():
    measured, unmeasured = trial(0, 0.9, latency=5.0), trial(1, 0.9, latency=None)
    assert numbers(pareto_front([measured, unmeasured], ["val_accuracy", "latency"])) == [0]
    assert objective_value(trial(0, 0.9, size=None), "size") == float("-inf")


def test_a_loss_is_better_when_lower():
    trials = [trial(0, 0.5, loss=0.4), trial(1, 0.5, loss=0.2)]
    assert numbers(pareto_front(trials, ["val_loss"])) == [1]


def test_weights_are_kept_of_the_front_and_the_top_few():
    trials = [trial(n, 0.5 + n / 100, size=1_000 - 10 * n) for n in range(12)]
    trials.append(trial(12, 0.1, size=5))
    kept = numbers(worth_keeping(trials, ACCURACY_AND_SIZE))
    assert kept == [*range(12 - KEPT, 12), 12]


def test_the_number_of_kept_weights_is_bounded_without_a_front():
    trials = [trial(n, 0.9, size=100) for n in range(40)]
    assert numbers(worth_keeping(trials, ACCURACY_AND_SIZE)) == list(range(KEPT))


def test_the_best_is_always_on_the_shortlist_with_cheaper_ones_as_good():
    trials = [trial(n, 0.95 + n / 1_000, size=1_000 + n, error=0.01) for n in range(8)]
    chosen = shortlist(trials, ACCURACY_AND_SIZE)
    assert numbers(chosen) == [0, 1, 7]
    assert len(chosen) == SHORTLIST


def test_what_is_clearly_worse_is_not_on_the_shortlist():
    trials = [
        trial(0, 0.5, size=10, error=0.03),
        trial(1, 0.97, size=1_000, error=0.01),
        trial(2, 0.96, size=500, error=0.012),
    ]
    assert numbers(shortlist(trials, ACCURACY_AND_SIZE)) == [2, 1]


def test_the_shortlist_of_a_metric_that_is_better_when_lower():
    trials = [
        forecast(0, rmse=90.0, size=10, error=4.0),
        forecast(1, rmse=50.0, size=1_000, error=3.0),
        forecast(2, rmse=55.0, size=500, error=3.0),
        forecast(3, rmse=57.0, size=400, error=3.0),
    ]
    assert numbers(shortlist(trials, ("val_rmse", "size"))) == [2, 1]
    assert numbers(pareto_front(trials, ("val_rmse", "size"))) == [0, 1, 2, 3]
    assert objective_value(trials[0], "val_rmse") == -90.0


def test_without_a_known_error_the_shortlist_is_the_cheapest_of_the_front_and_the_best():
    trials = [trial(n, 0.5 + n / 10, size=1_000 + n) for n in range(4)]
    assert numbers(shortlist(trials, ACCURACY_AND_SIZE)) == [0, 1, 3]


def test_the_shortlist_of_nothing_is_empty():
    assert shortlist([trial(0, state=TrialState.FAILED)], ACCURACY_AND_SIZE) == []


def artifact(n, quality, size, status=VerificationStatus.PASSED):
    reason = "wrong" * (status != "verified")
    return Artifact(
        n,
        "tflite",
        "int8",
        "somewhere/model.tflite",
        size,
        size - 10,
        validation_quality=quality,
        verifications=(Verification("litert", status, 288, latency_ms=1.0, reason=reason),),
    )


def test_when_nothing_passed_every_reason_is_said():
    artifacts = [
        artifact(0, 0.99, 13_000),
        artifact(1, 0.9, 100, status=VerificationStatus.FAILED),
        Artifact(2, "tflite", "int8", "", reason="the converter died"),
    ]
    error = nothing_passed(artifacts, Constraints(max_size=12_000))
    assert isinstance(error, NothingFeasibleError)
    assert "trial 0 int8: size 13.0 kB > --max-size 12.0 kB" in str(error)
    assert "trial 1 int8: wrong" in str(error)
    assert "trial 2 int8: the converter died" in str(error)
    assert error.exit_code == 3


def test_when_nothing_passed_at_all_it_is_the_verification_that_failed():
    artifacts = [artifact(0, 0.9, 100, status=VerificationStatus.FAILED)]
    error = nothing_passed(artifacts, Constraints(max_size=12_000))
    assert isinstance(error, VerificationError)
    assert "trial 0 int8: wrong" in str(error)


def test_when_nothing_was_feasible_the_nearest_are_named_first():
    trials = [
        Trial(
            n,
            {},
            {},
            "random",
            TrialState.REJECTED,
            Measures(1, None, size, None, None, "int8"),
            reason=f"size {size}",
        )
        for n, size in enumerate([90_000, 13_000, 50_000, 14_000])
    ]
    message = str(nothing_feasible(trials, Constraints(max_size=12_000)))
    assert "None of the 4 candidates" in message
    assert "Nearest: trial 1: size 13000; trial 3: size 14000; trial 2: size 50000." in message


def test_what_could_not_be_measured_says_why():
    trials = [Trial(0, {}, {}, "random", TrialState.REJECTED, reason="cannot be converted: x")]
    message = str(nothing_feasible(trials, Constraints()))
    assert "Nearest: trial 0: cannot be converted: x." in message
