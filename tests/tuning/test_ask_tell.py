"""KerasTuner's oracles under guard. What every oracle must keep is in tests/contracts."""

from __future__ import annotations

import json
import math
from pathlib import Path

import keras_tuner
import pytest
from keras_tuner.src.engine import oracle as kt_oracle
from keras_tuner.src.engine import trial as kt_trial

from automl.errors import AutomlError, UserInputError
from automl.registry import ORACLES
from automl.testing.oracles import active, conditional_space, tiny_space
from automl.tuning.ask_tell import AskTell
from automl.tuning.oracles.bayesian import INITIAL_POINTS, BayesianOracle
from automl.tuning.oracles.random import RandomOracle


def asked(oracle_class=RandomOracle, seed=0, space=None):
    space = space or conditional_space()
    return AskTell(oracle_class, space, lambda values: active(space, values), seed)


class Stubborn(keras_tuner.oracles.RandomSearchOracle):
    """Proposes the same for ever."""

    def populate_space(self, trial_id):
        return {"status": "RUNNING", "values": {"size": 1, "biased": False}}


class Broken(keras_tuner.oracles.RandomSearchOracle):
    """Fails inside a synchronized method, which leaves KerasTuner's lock held."""

    def populate_space(self, trial_id):
        raise ZeroDivisionError("no idea")


class Idle(keras_tuner.oracles.RandomSearchOracle):
    """Says that it waits for something."""

    def populate_space(self, trial_id):
        return {"status": "IDLE", "values": None}


def test_private_names_of_keras_tuner_are_where_they_were():
    """When this fails, KerasTuner moved something that driven_oracle.py or oracles/ uses."""
    space = tiny_space()
    for name in ORACLES.names():
        oracle = ORACLES.get(name)(
            objective=keras_tuner.Objective("score", "max"),
            max_trials=None,
            hyperparameters=space,
            seed=1,
            max_retries_per_trial=0,
            max_consecutive_failed_trials=10**9,
        )
        for attribute in (
            *("_record_values", "_random_values", "_save_trial", "_compute_values_hash", "save"),
            *("_seed_state", "_tried_so_far", "_id_to_hash", "trials", "start_order"),
            *("ongoing_trials", "hyperparameters", "verbose"),
        ):
            assert hasattr(oracle, attribute), f"{name}: {attribute}"
        assert oracle.seed == 1
    for attribute in ("_random_state", "_make_gpr", "_nonfixed_space", "_random_populate_space"):
        assert hasattr(BayesianOracle(hyperparameters=space), attribute), attribute
    assert kt_oracle.LOCKS[oracle].acquire(blocking=False)
    kt_oracle.LOCKS[oracle].release()
    assert kt_oracle.THREADS[oracle] is None
    for status in ("RUNNING", "COMPLETED", "FAILED", "STOPPED"):
        assert getattr(kt_trial.TrialStatus, status) == status


def test_a_seed_of_zero_is_a_seed():
    """KerasTuner reads ``seed or random``."""
    assert asked(seed=0).ask(0) == asked(seed=0).ask(0)
    assert {json.dumps(asked(seed=seed).ask(0)) for seed in range(8)} != {
        json.dumps(asked(seed=0).ask(0))
    }


def test_what_is_asked_depends_on_the_number_not_on_the_calls_before():
    """So that a resumed search, whose oracle was never asked, goes on the same."""
    on, late = asked(), asked()
    first, second = on.ask(0), on.ask(1)
    late.add(0, {"kind": "deep", "depth": 3, "rate": 0.1, "biased": True, "scale": 2.0})
    assert late.ask(1) == second != first


def test_an_oracle_that_repeats_itself_is_given_other_proposals():
    oracle = asked(Stubborn, space=tiny_space())
    found = [oracle.ask(number) for number in range(6)]
    assert len({json.dumps(values, sort_keys=True) for values in found}) == 6
    assert oracle.ask(6) is None


def test_an_oracle_that_waits_is_given_a_random_proposal():
    assert asked(Idle, space=tiny_space()).ask(0) is not None


def test_an_oracle_that_fails_is_named_and_leaves_no_lock_behind():
    oracle = asked(Broken)
    with pytest.raises(AutomlError, match=r"oracle Broken failed: no idea\. Choose another"):
        oracle.ask(0)
    # Another thread that asked now would wait for ever.
    assert not kt_oracle.LOCKS[oracle._oracle].locked()
    assert kt_oracle.THREADS[oracle._oracle] is None


def test_failures_in_a_row_end_nothing():
    """KerasTuner gives up after three."""
    oracle = asked()
    for number in range(20):
        assert oracle.ask(number) is not None
        oracle.tell(number, None)


def test_infinity_is_not_the_best_score_there_is():
    """KerasTuner takes infinity as COMPLETED and its Gaussian process reads it as zero."""
    space = conditional_space()
    told = asked(BayesianOracle)
    bare = asked(BayesianOracle)
    for number in range(INITIAL_POINTS + 4):
        values = told.ask(number)
        bare.add(number, values)
        bad = number % 3 == 0
        told.tell(number, -math.inf if bad else -float(number))
        bare.tell(number, None if bad else -float(number))
    assert told.ask(99) == bare.ask(99)
    assert active(space, told.ask(100))


def test_nothing_is_written_to_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    oracle = asked(BayesianOracle)
    for number in range(10):
        oracle.ask(number)
        oracle.tell(number, 0.5)
    assert list(Path(tmp_path).iterdir()) == []


def test_nothing_is_printed(capfd):
    oracle = asked()
    for number in range(3):
        oracle.ask(number)
        oracle.tell(number, None if number else 0.1)
    assert "".join(capfd.readouterr()) == ""


def test_what_is_known_is_not_added_again():
    oracle = asked(space=tiny_space())
    assert oracle.add(0, {"size": 2, "biased": True})
    assert not oracle.add(1, {"size": 2, "biased": True})
    found = [oracle.ask(number) for number in range(1, 6)]
    assert {"size": 2, "biased": True} not in found
    with pytest.raises(ValueError, match="number=7"):
        oracle.tell(7, 0.1)


def test_configurations_that_stand_for_the_same_are_the_same():
    oracle = asked()
    values = {"kind": "deep", "depth": 2, "rate": 0.1, "biased": True, "scale": 0.5}
    assert oracle.add(0, values)
    assert not oracle.add(1, values | {"width": 8})


def test_a_proposal_is_told_once():
    oracle = asked()
    oracle.ask(0)
    oracle.tell(0, 0.5)
    for number in (0, 1):
        with pytest.raises(ValueError, match=f"Received: number={number}"):
            oracle.tell(number, 0.5)


@pytest.mark.parametrize("thing", [dict, keras_tuner.RandomSearch, RandomOracle.populate_space])
def test_what_is_no_oracle_is_refused(thing):
    with pytest.raises(UserInputError, match=r"subclass of keras_tuner\.Oracle"):
        asked(thing)


def test_the_gaussian_process_finds_what_chance_does_not():
    """On a smooth problem of 2,401 configurations, over two seeds."""

    def space():
        hp = keras_tuner.HyperParameters()
        for name in "abcd":
            hp.Choice(name, [float(value) for value in range(7)])
        return hp

    def best(oracle_class, seed):
        oracle = asked(oracle_class, seed, space())
        scores = []
        for number in range(20):
            values = oracle.ask(number)
            scores.append(
                -sum(
                    (values[name] - goal) ** 2
                    for name, goal in zip("abcd", (5, 1, 4, 2), strict=True)
                )
            )
            oracle.tell(number, scores[-1])
        return max(scores)

    seeds = range(2)
    assert sum(best(BayesianOracle, s) for s in seeds) > sum(best(RandomOracle, s) for s in seeds)
