"""The process fits what there is, is unsure elsewhere, and finds out what matters."""

from __future__ import annotations

import keras_tuner
import numpy as np
import pytest

from automl.tuning.oracles.encoding import Encoding
from automl.tuning.oracles.gaussian_process import FIT_POINTS, GaussianProcess, representative
from automl.tuning.oracles.kernel import Geometry


@pytest.fixture
def problem():
    space = keras_tuner.HyperParameters()
    for name in "abcd":
        space.Choice(name, ["x", "y", "z"])
    encoding = Encoding(space)
    geometry = Geometry(encoding)
    rows = np.unique(encoding.random(400, np.random.default_rng(0)), axis=0)
    np.random.default_rng(1).shuffle(rows)
    return geometry, rows, (rows[:, 0] == 2) * 2.0 + (rows[:, 1] == 1)


def fitted(problem, count, noise=0.0):
    geometry, rows, targets = problem
    told = targets[:count] + noise * np.random.default_rng(2).standard_normal(count)
    return GaussianProcess(geometry.views(rows[:count]), told, geometry.usual_weights)


def test_what_was_not_seen_is_predicted(problem):
    geometry, rows, targets = problem
    mean, deviation = fitted(problem, 40).predict(geometry.views(rows[40:]))
    assert np.abs(mean - targets[40:]).mean() < 0.15
    assert (deviation > 0).all()


def test_noise_is_told_from_what_is_so(problem):
    geometry, rows, targets = problem
    told = targets[:60] + 0.5 * np.random.default_rng(2).standard_normal(60)
    mean, _ = fitted(problem, 60, noise=0.5).predict(geometry.views(rows[:60]))
    assert np.abs(mean - targets[:60]).mean() < 0.8 * np.abs(told - targets[:60]).mean()


def test_the_gradient_is_that_of_the_loss(problem):
    process = fitted(problem, 20)
    distances = [view.distances() for view in process._views]
    point = process._parameters + 0.1
    _, gradient = process._loss(point, distances, process._targets)
    for place in range(len(point)):
        step = np.zeros_like(point)
        step[place] = 1e-5
        ahead, _ = process._loss(point + step, distances, process._targets)
        behind, _ = process._loss(point - step, distances, process._targets)
        assert gradient[place] == pytest.approx((ahead - behind) / 2e-5, rel=1e-3, abs=1e-4)


def test_what_is_believed_makes_sure_and_moves_nothing(problem):
    geometry, rows, _ = problem
    process = fitted(problem, 20)
    there = geometry.views(rows[30:33])
    mean, deviation = process.predict(there)
    later, surer = process.believing(there).predict(there)
    assert later == pytest.approx(mean, abs=0.05)
    assert (surer < deviation).all()


def test_what_is_believed_at_once_or_one_by_one_is_the_same(problem):
    geometry, rows, _ = problem
    process = fitted(problem, 20, noise=0.3)
    there = geometry.views(rows)
    together = process.believing(geometry.views(rows[30:33]))
    one_by_one = process
    for place in (30, 31, 32):
        one_by_one = one_by_one.believing(geometry.views(rows[place : place + 1]))
    for ours, theirs in zip(together.predict(there), one_by_one.predict(there), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-6)


def test_points_that_are_looked_at_together_are_believed_alike(problem):
    geometry, rows, _ = problem
    process = fitted(problem, 20, noise=0.3)
    there = geometry.views(rows[20:])
    joint = process.joint(there)
    everywhere = list(range(len(rows) - 20))
    for place in (3, 8):
        process = process.believing([view.taken([place]) for view in there])
        joint.believe(place)
    for ours, theirs in zip(joint.at(everywhere), process.predict(there), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-4)


def test_believing_is_conditioning_on_what_is_expected(problem):
    geometry, rows, _ = problem
    process = fitted(problem, 20, noise=0.3)
    more = process.believing(geometry.views(rows[30:40]))
    grown = more.predict(geometry.views(rows))
    more._targets = (more.mean(more._views) - more._center) / more._scale
    more._targets[:20] = process._targets
    more._condition()
    for ours, theirs in zip(grown, more.predict(geometry.views(rows)), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("targets", [[1.0], [2.0, 2.0, 2.0], [1.0, 1.0, 5.0]])
def test_little_is_enough(problem, targets):
    geometry, rows, _ = problem
    views = geometry.views(rows[: len(targets)])
    mean, deviation = GaussianProcess(views, np.array(targets), geometry.usual_weights).predict(
        geometry.views(rows)
    )
    assert np.isfinite(mean).all() and np.isfinite(deviation).all()


def test_many_points_are_represented_by_the_best_and_some_others():
    targets = np.random.default_rng(0).random(1000)
    kept = representative(targets, FIT_POINTS)
    assert len(set(kept)) == FIT_POINTS
    assert set(np.argsort(-targets)[: FIT_POINTS // 2]) <= set(kept)
    assert targets[kept].min() == targets.min()
