"""Where finalists stand after several trainings of each."""

from __future__ import annotations

import numpy as np
import pytest

from automl.finalists.standings import Standing, standings
from automl.tasks.class_metrics import accuracy
from automl.tasks.number_metrics import rmse
from automl.types import Repeat, TrialState

Y = np.arange(200) % 2


def answers(wrong):
    outputs = np.eye(2)[Y]
    outputs[wrong] = 1.0 - outputs[wrong]
    return outputs


def repeat(trial, number, outputs, **metrics):
    metrics = {"val_accuracy": accuracy(outputs, Y), "val_loss": 0.5} | metrics
    done = TrialState.COMPLETED
    return Repeat(trial, number, 7, done, metrics, metrics["val_accuracy"])


def stand(outputs, objective="val_accuracy", scorers=None, **metrics):
    """Returns the standings of (trial, number) -> outputs."""
    repeats = [repeat(*key, each, **metrics) for key, each in outputs.items()]
    return standings(repeats, objective, scorers or {"accuracy": accuracy}, outputs, Y)


def test_the_mean_ranks_and_the_best_training_gives_the_weights():
    found = stand(
        {
            (3, 1): answers(range(10)),
            (3, 2): answers(range(20)),
            (5, 1): answers(range(4)),
            (5, 2): answers(range(60)),
        }
    )
    assert [each.trial for each in found] == [3, 5]
    assert [each.weights for each in found] == [1, 1]
    best, other = found
    assert best.values == (0.95, 0.9)
    assert best.mean == pytest.approx(0.925)
    assert best.spread == pytest.approx(0.05 / np.sqrt(2))
    assert (best.behind, best.error) == (0.0, 0.0)
    assert other.behind == pytest.approx(0.925 - 0.84)
    assert other.kept_figures["val_accuracy"] == 0.98
    assert other.figures["val_accuracy"] == pytest.approx(0.84)


def test_what_is_far_behind_is_told_apart():
    near = {(number, 1): answers(range(number, number + 10)) for number in (0, 4)}
    far = {(9, 1): answers(range(80))}
    apart = {each.trial: each.told_apart for each in stand(near | far)}
    assert apart == {0: False, 4: False, 9: True}


def test_seeds_that_vary_make_it_less_sure():
    steady = {(1, n): answers(range(10)) for n in (1, 2)}
    steady |= {(2, n): answers(range(16)) for n in (1, 2)}
    shaky = {(1, 1): answers(range(2)), (1, 2): answers(range(18))}
    shaky |= {(2, 1): answers(range(6)), (2, 2): answers(range(26))}
    errors = [stand(each)[1].error for each in (steady, shaky)]
    assert errors[1] > 1.5 * errors[0]


def test_of_one_training_there_is_no_spread():
    (only,) = stand({(0, 1): answers(range(3))})
    assert only.spread is None
    assert not only.told_apart


def test_without_outputs_nothing_is_told_apart():
    repeats = [repeat(0, 1, answers(range(2))), repeat(1, 1, answers(range(90)))]
    found = standings(repeats, "val_accuracy", {"accuracy": accuracy}, {}, Y)
    assert [each.error for each in found] == [0.0, None]
    assert not found[1].told_apart


def test_a_lower_error_is_better():
    outputs = {(0, 1): Y[:, None] + 0.5, (1, 1): Y[:, None] + 0.1}
    repeats = [
        Repeat(trial, number, 7, TrialState.COMPLETED, {"val_rmse": rmse(each, Y[:, None])}, 0.0)
        for (trial, number), each in outputs.items()
    ]
    found = standings(repeats, "val_rmse", {"rmse": rmse}, outputs, Y[:, None])
    assert [each.trial for each in found] == [1, 0]
    assert found[1].behind == pytest.approx(0.4)


def test_a_standing_comes_back_from_json():
    (found,) = stand({(0, 1): answers(range(3))})
    assert Standing.from_dict(found.to_dict()) == found
