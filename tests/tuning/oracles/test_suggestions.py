"""What the project's own oracles find, and how long they take."""

from __future__ import annotations

import json
import random
import time

import keras_tuner
import pytest

from automl.registry import ORACLES
from automl.testing.oracles import active
from automl.tuning.ask_tell import AskTell
from automl.tuning.oracles import auto
from automl.tuning.oracles.gaussian_process import GaussianProcess
from automl.tuning.oracles.learning import LearningOracle

OURS = [name for name in ORACLES.names() if issubclass(ORACLES.get(name), LearningOracle)]
#: Twice what a quiet machine may take.
SECONDS = 0.4


def stages_space(stages=6):
    """Like a space of models: a depth, and per stage some choices under conditions."""
    hp = keras_tuner.HyperParameters()
    for number in range(stages):
        with hp.name_scope(f"stage_{number}"):
            block = hp.Choice("block", ["plain", "separable", "residual"])
            hp.Choice("width", [8, 16, 32, 64])
            with hp.conditional_scope("block", ["plain", "residual"]):
                hp.Choice("kernel", [3, 5])
            assert block
    hp.Choice("rate", [0.1, 0.03, 0.01, 0.003])
    hp.Boolean("augment")
    hp.Float("decay", 1e-6, 1e-2, sampling="log")
    hp.Int("batch", 16, 256, step=2, sampling="log")
    return hp


def stages_score(values):
    """Every residual stage helps, wide ones in the end, and a rate of 0.01."""
    total = 0.0
    for number in range(6):
        total += {"plain": 0.0, "separable": 0.4, "residual": 1.0}[values[f"stage_{number}/block"]]
        total += 0.01 * (number - 2) * values[f"stage_{number}/width"]
    return total - 5 * abs(values["rate"] - 0.01)


def asked(name, space, seed=0, costs=()):
    return AskTell(ORACLES.get(name), space, lambda values: active(space, values), seed, costs)


def search(oracle, count, score, start=0):
    scores = []
    for number in range(start, start + count):
        values = oracle.ask(number)
        scores.append(score(values))
        oracle.tell(number, scores[-1])
    return scores


@pytest.mark.parametrize("name", ["auto", "evolution", "local", "nsga2"])
def test_it_finds_what_chance_does_not(name):
    by_chance = [max(search(asked("random", stages_space(), s), 60, stages_score)) for s in (0, 1)]
    found = [max(search(asked(name, stages_space(), s), 60, stages_score)) for s in (0, 1)]
    assert sum(found) > sum(by_chance)


def test_the_model_is_ahead_of_evolution():
    ahead = [max(search(asked("auto", stages_space(), s), 40, stages_score)) for s in (0, 1)]
    behind = [max(search(asked("evolution", stages_space(), s), 40, stages_score)) for s in (0, 1)]
    assert sum(ahead) > sum(behind)


@pytest.mark.parametrize(("name", "costs"), [("auto", ()), ("auto", ("size",)), ("nsga2", ())])
def test_a_suggestion_after_a_thousand_trials_is_quick(name, costs):
    space = keras_tuner.HyperParameters()
    for number in range(30):
        space.Choice(f"choice_{number}_of", [str(option) for option in range(4)])
    oracle = AskTell(ORACLES.get(name), space, dict, 0, costs)
    rng = random.Random(0)
    for number in range(1000):
        values = {each.name: rng.choice(each.values) for each in space.space}
        oracle.add(number, values)
        oracle.tell(number, rng.random(), {"size": rng.random()})
    taken = []
    for number in range(1000, 1004):
        began = time.thread_time()  # Others use the machine, too.
        oracle.ask(number)
        taken.append(time.thread_time() - began)
    # The first also encodes the past, which a search does as it goes.
    assert min(taken[1:]) < SECONDS


@pytest.mark.parametrize("costs", [(), ("size",)])
def test_with_many_open_trials_one_model_serves_several_proposals(costs):
    """They are new, differ, and are far better than chance."""
    oracle, rng = asked("auto", stages_space(), costs=costs), random.Random(0)
    found, opened = {}, []
    for number in range(72):
        found[number] = oracle.ask(number)
        opened.append(number)
        if len(opened) == 24:
            ended = opened.pop(rng.randrange(24))
            oracle.tell(ended, stages_score(found[ended]), {"size": rng.random()})
    assert len({json.dumps(values, sort_keys=True) for values in found.values()}) == 72
    if not costs:
        scores = [stages_score(values) for values in found.values()]
        assert sum(scores[-24:]) > sum(scores[:24])


@pytest.mark.parametrize(("workers", "most"), [(1, 1.0), (24, 0.15)])
def test_models_are_rarely_made_anew_with_many_open_trials(workers, most, monkeypatch):
    """What an event takes is counted in models, and kernels that are fitted."""
    counts = {"models": 0, "fits": 0}

    def counted(name, made):
        def call(*args, **kwargs):
            counts[name] += 1
            return made(*args, **kwargs)

        return call

    monkeypatch.setattr(auto, "Surrogate", counted("models", auto.Surrogate))
    fit = counted("fits", GaussianProcess._fit)
    monkeypatch.setattr(GaussianProcess, "_fit", lambda process: fit(process))
    space, rungs, rng = stages_space(), (1, 3, 9), random.Random(0)
    oracle = AskTell(
        ORACLES.get("auto"), space, lambda values: active(space, values), 0, rungs=rungs
    )
    opened, reached, events = [], {}, 0
    while len(reached) < 60:
        while len(opened) < workers:
            number = oracle.promote()
            if number is None:
                number = len(reached)
                assert oracle.ask(number) is not None
                reached[number] = {}
            opened.append(number)
            events += 1
        number = opened.pop(rng.randrange(len(opened)))
        reached[number][rungs[len(reached[number])]] = score = rng.random()
        paused = len(reached[number]) < len(rungs)
        oracle.tell(number, score, rungs=reached[number], paused=paused)
        if paused and rng.random() < 0.3:  # It is given up: nothing new.
            oracle.tell(number, score, rungs=reached[number], stopped=True)
        events += 1
    assert counts["models"] <= most * events
    assert counts["fits"] <= 3 * counts["models"]  # One for every rung.


def test_a_bound_that_rejects_is_learned():
    """Most of the space is over the bound; in the end few are turned away."""

    def size(values):
        return sum(values[f"stage_{number}/width"] for number in range(6))

    rejected = {}
    for name in ("auto", "random"):
        oracle = asked(name, stages_space())
        outcomes = []
        for number in range(50):
            values = oracle.ask(number)
            excess = size(values) / 100
            outcomes.append(excess > 1)
            score = None if excess > 1 else stages_score(values)
            oracle.tell(number, score, {"size": size(values)}, feasible=excess <= 1, excess=excess)
        rejected[name] = sum(outcomes[25:])
    assert rejected["auto"] < 0.6 * rejected["random"]


def test_a_failure_without_a_measure_is_learned():
    failures = 0
    oracle = asked("auto", stages_space())
    for number in range(50):
        values = oracle.ask(number)
        fails = values["stage_0/block"] == "residual"
        failures += fails and number >= 25
        oracle.tell(number, None if fails else stages_score(values), feasible=not fails)
    assert failures < 25 / 3 / 2


def test_it_recommends_what_the_model_expects_most_of_not_the_luckiest():
    """On average: either may be the better one of a single search."""
    gained = []
    for seed in range(4):
        oracle, rng = asked("auto", stages_space(), seed), random.Random(seed)
        truth, seen = {}, {}
        for number in range(60):
            values = oracle.ask(number)
            truth[number] = stages_score(values)
            seen[number] = truth[number] + rng.gauss(0, 3)
            oracle.tell(number, seen[number])
        luckiest = max(seen, key=seen.__getitem__)
        gained.append(truth[oracle.recommend()] - truth[luckiest])
    assert sum(gained) > 0, gained


def test_without_a_model_nothing_is_recommended():
    oracle = asked("random", stages_space())
    search(oracle, 3, stages_score)
    assert oracle.recommend() is None
    assert asked("auto", stages_space()).recommend() is None


def test_a_grid_goes_through_the_space_in_its_order():
    hp = keras_tuner.HyperParameters()
    hp.Choice("kind", ["deep", "wide"])
    with hp.conditional_scope("kind", ["wide"]):
        hp.Choice("width", [8, 16])
    oracle = AskTell(ORACLES.get("grid"), hp, dict, 5)
    found = [oracle.ask(number) for number in range(4)]
    assert found == [
        {"kind": "deep"},
        {"kind": "wide", "width": 8},
        {"kind": "wide", "width": 16},
        None,
    ]


@pytest.mark.parametrize("name", OURS)
def test_values_of_ranges_are_legal(name):
    space = keras_tuner.HyperParameters()
    space.Float("rate", 1e-4, 1e-1, sampling="log")
    space.Int("units", 1, 1000, sampling="log")
    space.Int("layers", 1, 5)
    space.Boolean("biased")
    space.Fixed("kind", "plain")
    oracle = AskTell(ORACLES.get(name), space, dict, 3)
    found = []
    for number in range(30):
        values = oracle.ask(number)
        assert 1e-4 <= values["rate"] <= 1e-1
        assert values["units"] in range(1, 1001)
        assert values["layers"] in range(1, 6)
        assert values["kind"] == "plain"
        assert isinstance(values["biased"], bool)
        found.append(json.dumps(values))
        oracle.tell(number, -abs(values["rate"] - 0.01) - values["layers"])
    assert len(set(found)) == 30


@pytest.mark.parametrize("name", OURS)
def test_it_runs_under_a_plain_keras_tuner(name):
    """Which tells scores alone, and looks for low ones if asked to."""
    oracle = ORACLES.get(name)(
        objective=keras_tuner.Objective("val_loss", "min"),
        max_trials=100,
        hyperparameters=stages_space(),
        seed=3,
    )
    oracle.verbose = 0
    oracle.save = lambda: None
    oracle._save_trial = lambda trial: None
    for _ in range(26):
        trial = oracle.create_trial("tuner")
        assert trial.status == "RUNNING"
        loss = -stages_score(trial.hyperparameters.values)
        oracle.update_trial(trial.trial_id, {"val_loss": loss})
        trial.status = "COMPLETED"
        oracle.end_trial(trial)
    assert len(oracle.end_order) == 26
