"""Dominance, ranks, crowding and hypervolume, on points whose answers are plain."""

from __future__ import annotations

import numpy as np
import pytest

from automl.tuning.oracles.pareto import (
    crowding,
    dominance,
    expected_improvement,
    fronts,
    hypervolume,
)


def test_one_dominates_that_is_nowhere_worse_and_somewhere_better():
    points = np.array([[1.0, 1.0], [1.0, 2.0], [2.0, 0.0], [1.0, 2.0]])
    better = dominance(points)
    assert better[1, 0] and better[3, 0]
    assert better.sum() == 2


def test_who_keeps_the_bounds_dominates_who_does_not():
    points = np.array([[0.0], [9.0], [5.0]])
    better = dominance(points, np.array([0.0, 2.0, 1.0]))
    assert better[0, 1] and better[0, 2] and better[2, 1]
    assert better.sum() == 3


def test_fronts_are_peeled_off_one_by_one():
    points = np.array([[3.0, 0.0], [0.0, 3.0], [2.0, 2.0], [1.0, 1.0], [0.0, 0.0]])
    assert fronts(points).tolist() == [0, 0, 0, 1, 2]


def test_unknown_violations_are_the_worst():
    assert fronts(np.zeros((3, 2)), np.array([np.inf, 0.0, 3.0])).tolist() == [2, 0, 1]


def test_the_ends_of_a_front_are_loneliest():
    points = np.array([[0.0, 4.0], [1.0, 3.0], [1.2, 2.8], [4.0, 0.0]])
    lonely = crowding(points)
    assert np.isinf(lonely[[0, 3]]).all()
    assert lonely[2] > lonely[1]


@pytest.mark.parametrize(
    ("points", "volume"),
    [
        ([[2.0, 3.0]], 6.0),
        ([[2.0, 3.0], [3.0, 1.0]], 7.0),
        ([[2.0, 3.0], [1.0, 1.0], [-1.0, 9.0]], 6.0),
        ([[1.0, 2.0, 3.0]], 6.0),
        ([[1.0, 2.0, 3.0], [2.0, 1.0, 1.0]], 7.0),
        ([[-1.0, -1.0]], 0.0),
    ],
)
def test_a_hypervolume_is_what_is_dominated(points, volume):
    array = np.array(points)
    assert hypervolume(array, np.zeros(array.shape[1])) == pytest.approx(volume)


def test_a_hypervolume_agrees_with_chance():
    rng = np.random.default_rng(0)
    points = rng.random((8, 3))
    shots = rng.random((200_000, 3))
    hit = (shots[:, None, :] <= points).all(-1).any(-1).mean()
    assert hypervolume(points, np.zeros(3)) == pytest.approx(hit, abs=0.01)


@pytest.mark.parametrize("objectives", [2, 3])
def test_improvement_is_expected_beyond_the_front(objectives):
    front = np.eye(objectives) * 0.5 + 0.3
    mean = np.vstack([np.full(objectives, 0.1), np.full(objectives, 0.5), np.full(objectives, 0.9)])
    gain = expected_improvement(mean, np.full_like(mean, 1e-6), front, np.random.default_rng(0))
    assert gain[0] == pytest.approx(0.0, abs=1e-9)
    assert gain[2] > gain[1] > 0
