"""The model that learns from rungs."""

from __future__ import annotations

import keras_tuner
import numpy as np
import pytest

from automl.tuning.ask_tell import AskTell
from automl.tuning.oracles.auto import AutoOracle
from automl.tuning.oracles.encoding import Encoding
from automl.tuning.oracles.fidelity import Fidelities
from automl.tuning.oracles.kernel import Geometry
from automl.tuning.oracles.random import RandomOracle

GOAL = (5, 1, 4, 2, 3, 0)


def space():
    hp = keras_tuner.HyperParameters()
    for name in "abcdef":
        hp.Choice(name, list(range(7)))
    return hp


def worth(values):
    return -sum(abs(values[name] - goal) for name, goal in zip("abcdef", GOAL, strict=True))


def early(values):
    """Returns what shows early: the worth, and more of what begins well and ends badly."""
    return 0.6 * worth(values) + 1.5 * (values["a"] == 0)


@pytest.fixture(scope="module")
def known():
    encoding = Encoding(space())
    geometry = Geometry(encoding)
    rows = encoding.random(120, np.random.default_rng(0))
    values = [encoding.decode(row) for row in rows]
    truth = np.array([worth(each) for each in values], float)
    low = np.array([early(each) for each in values])
    return geometry, geometry.views(rows), truth, low


def model(geometry, views, scores, places):
    here = [view.taken(places) for view in views]
    return Fidelities(here, scores, lambda values: values, geometry.usual_weights, 400)


def error(model, views, truth, places):
    mean = model.mean([view.taken(places) for view in views])
    return float(np.sqrt(((mean - truth[places]) ** 2).mean()))


def test_early_scores_tell_of_late_ones(known):
    """40 early trainings, a quarter of them whole, tell more than the ten whole ones alone."""
    geometry, views, truth, low = known
    seen, unseen = np.arange(40), np.arange(60, 120)
    scores = np.stack([low[seen], np.where(seen < 10, truth[seen], np.nan)], axis=1)
    both = model(geometry, views, scores, seen)
    late = model(geometry, views, truth[:10, None], np.arange(10))
    assert error(both, views, truth, unseen) < 0.8 * error(late, views, truth, unseen)


def test_deviations_are_smaller_where_more_is_known(known):
    geometry, views, truth, low = known
    seen = np.arange(40)
    scores = np.stack([low[seen], np.where(seen < 20, truth[seen], np.nan)], axis=1)
    both = model(geometry, views, scores, seen)
    _, deviation = both.predict(views)
    assert deviation[:20].mean() < deviation[20:40].mean() < deviation[40:].mean()
    np.testing.assert_allclose(both.predict(views)[0], both.mean(views))


def test_rungs_that_hardly_anyone_reached_change_nothing(known):
    geometry, views, truth, low = known
    seen = np.arange(30)
    top = np.where(seen < 2, truth[seen], np.nan)
    few = model(geometry, views, np.stack([low[seen], top], axis=1), seen)
    none = model(geometry, views, low[seen, None], seen)
    np.testing.assert_array_equal(few.mean(views), none.mean(views))


def test_what_is_believed_is_not_asked_for_again(known):
    geometry, views, truth, low = known
    seen, pending = np.arange(30), np.arange(50, 60)
    scores = np.stack([low[seen], np.where(seen < 10, truth[seen], np.nan)], axis=1)
    both = model(geometry, views, scores, seen)
    there = [view.taken(pending) for view in views]
    surer = both.believing(there).predict(there)
    assert (surer[1] < both.predict(there)[1]).all()
    joint = both.joint(there)
    for place in range(len(pending)):
        joint.believe(place)
    for ours, theirs in zip(joint.at(list(range(len(pending)))), surer, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def search(oracle_class, seed, epochs=90):
    """Returns the best that was trained to the end, with one epoch a rung and nine the other."""
    oracle = AskTell(oracle_class, space(), dict, seed, rungs=(1, 9), reduction=3)
    values, paused, whole = {}, {}, []
    while epochs >= 9:
        number = oracle.promote(closing=epochs < 10)
        if number is None:
            number = len(values)
            values[number] = oracle.ask(number)
            paused[number] = early(values[number])
            oracle.tell(number, paused[number], rungs={1: paused[number]}, paused=True)
            epochs -= 1
        else:
            whole.append(worth(values[number]))
            oracle.tell(number, whole[-1], rungs={1: paused[number]})
            epochs -= 9
    return max(whole), oracle, values


def test_it_finds_what_chance_with_promotions_does_not():
    found = [search(AutoOracle, seed)[0] for seed in range(3)]
    assert sum(found) > sum(search(RandomOracle, seed)[0] for seed in range(3)) + 3


def test_only_what_was_trained_to_the_end_is_recommended():
    _, oracle, values = search(AutoOracle, 0)
    number = oracle.recommend()
    assert oracle._ladder._climbs[number].rung == 1
    assert worth(values[number]) > -8
