"""What cannot win any more is stopped, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tuning.curves import LEAST_CURVES, TOLERANCE, Bar, floors
from automl.tuning.finished_curves import FinishedCurves
from automl.types import Trial


def curve(start, end, epochs=10):
    """Returns a learning curve that rises fast at first."""
    return {n: end - (end - start) * 0.6 ** (n - 1) for n in range(1, epochs + 1)}


def test_nothing_is_concluded_from_few_curves():
    few = [curve(0.5, 0.9)] * (LEAST_CURVES - 1)
    assert floors(few, 10) == (None,) * 10


def test_a_floor_lies_as_far_below_the_best_as_any_has_gained_and_half_as_much_again():
    found = floors([curve(0.5, 0.9), curve(0.6, 0.8), curve(0.7, 0.9), curve(0.6, 0.7)], 10)
    assert found[0] == pytest.approx(0.9 - 1.5 * 0.4, abs=0.01)
    assert found[-1] is None, "the last epoch is the end"
    rising = [floor for floor in found if floor is not None]
    assert rising == sorted(rising)


def test_a_fit_misses_the_bar_only_below_it():
    bar = Bar("val_accuracy", (0.3, None, 0.6))
    assert bar.is_missed(1, {"val_accuracy": 0.29})
    assert not bar.is_missed(1, {"val_accuracy": 0.31})
    assert not bar.is_missed(2, {"val_accuracy": 0.0})
    assert not bar.is_missed(7, {"val_accuracy": 0.0})
    assert not bar.is_missed(1, {"val_loss": 9.0})
    assert not bar.is_missed(1, None)
    assert Bar("val_loss", (-1.0,)).is_missed(1, {"val_loss": 1.1})
    assert Bar.from_dict(bar.to_dict()) == bar


@pytest.mark.parametrize("seed", range(5))
def test_what_is_stopped_would_not_have_won_by_more_than_the_tolerance(seed):
    """On a made table: late bloomers, noise, curves of many kinds."""
    rng = np.random.default_rng(seed)
    ends = 0.95 - rng.gamma(2.0, 0.05, 300)
    table = [
        {
            epoch: value + rng.normal(0, 0.004)
            for epoch, value in curve(end - rng.uniform(0.05, 0.45), end).items()
        }
        for end in ends
    ]
    finished, stopped = [], []
    for each in table:
        found = floors(finished, 10)
        missed = [n for n in each if found[n - 1] is not None and each[n] < found[n - 1]]
        (stopped if missed else finished).append(each)
    best = max(each[10] for each in finished)
    assert len(stopped) > 10
    assert max(each[10] for each in stopped) <= best + TOLERANCE


def finished(number, losses, accuracies, score):
    epochs = [
        {"val_loss": loss, "val_accuracy": accuracy}
        for loss, accuracy in zip(losses, accuracies, strict=True)
    ]
    return Trial(number, {}, {}, "random", score=score), epochs


def test_a_curve_is_that_of_the_epoch_kept_so_far():
    curves = FinishedCurves("val_accuracy", 3)
    for number in range(LEAST_CURVES):
        curves.add(*finished(number, (1.0, 2.0, 0.5), (0.5, 0.8, 0.9), 0.9))
    bar = curves.bar()
    # The second epoch had a higher loss: the first one's weights were kept.
    assert bar.floors[:2] == pytest.approx((0.9 - 1.5 * 0.4,) * 2)


def test_what_is_not_measured_after_each_epoch_stops_nothing():
    curves = FinishedCurves("val_macro_f1", 3)
    for number in range(LEAST_CURVES):
        curves.add(*finished(number, (1.0, 2.0, 0.5), (0.5, 0.8, 0.9), 0.9))
    assert curves.bar() is None
