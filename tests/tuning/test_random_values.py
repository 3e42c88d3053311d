"""Configurations drawn the short way are those that KerasTuner draws."""

from __future__ import annotations

import keras_tuner
import pytest

from automl.testing.oracles import conditional_space, tiny_space
from automl.tuning.oracles.random import RandomOracle
from automl.tuning.random_values import random_values_of


def oracle(space, oracle_class=RandomOracle):
    made = oracle_class(
        objective=keras_tuner.Objective("score", "max"), hyperparameters=space(), seed=7
    )
    made.save = lambda: None
    return made


@pytest.mark.parametrize("space", [conditional_space, tiny_space])
def test_what_is_drawn_is_what_keras_tuner_draws(space):
    theirs, ours = oracle(space), oracle(space)
    draw = random_values_of(ours)
    assert [draw() for _ in range(20)] == [theirs._random_values() for _ in range(20)]
    assert ours._seed_state == theirs._seed_state


def test_what_was_tried_is_not_drawn_and_a_space_may_be_used_up():
    used = oracle(tiny_space)
    draw = random_values_of(used)
    tried = [{"size": size, "biased": biased} for size in (1, 2, 3) for biased in (False, True)]
    used._tried_so_far = {used._compute_values_hash(values) for values in tried[1:]}
    assert draw() in (tried[0], None)
    used._tried_so_far.add(used._compute_values_hash(tried[0]))
    assert draw() is None


def test_an_oracle_that_draws_in_its_own_way_goes_on_so():
    class Own(RandomOracle):
        def _random_values(self):
            return {"size": 1}

    assert random_values_of(oracle(tiny_space, Own))() == {"size": 1}
