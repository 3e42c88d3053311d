"""The rule by which a compressed file is chosen, and what each file is told to be."""

from __future__ import annotations

import pytest

from automl.compression.choosing import judge, pareto, pick
from automl.compression.ladder_rows import rows
from automl.compression.rule import Rule
from automl.config import Constraints
from automl.errors import NothingFeasibleError, UserInputError, VerificationError
from automl.types import Artifact, Verification, VerificationStatus

OBJECTIVES = ("val_accuracy", "size")
FREE = Constraints()


def file(
    trial, recipe, quality, size, *, latency=1.0, gzip=None, error=0.001, failed=False, **more
):
    status = VerificationStatus.FAILED if failed else VerificationStatus.PASSED
    verification = Verification(
        "litert", status, latency_ms=latency, reason="off" if failed else ""
    )
    return Artifact(
        *(trial, "tflite", recipe, "x"),
        **{"size": size, "gzip_size": gzip or size, "validation_quality": quality},
        **{"validation_error": error, "verifications": (verification,), **more},
    )


#: The best float32 model suffers in int8; another one, not the best, does not.
FRAGILE = (
    file(0, "float32", 0.990, 40_000),
    file(0, "int8", 0.930, 12_000),
    file(1, "float32", 0.986, 30_000),
    file(1, "int8", 0.984, 9_000),
)


def chosen(artifacts, rule=None, constraints=FREE, objectives=OBJECTIVES, metric="accuracy"):
    choice = pick(artifacts, objectives, constraints, 500, metric, rule or Rule())
    return choice.trial, choice.recipe


def test_the_winner_may_be_another_model_than_that_of_float32():
    assert chosen(FRAGILE) == (1, "int8")
    # Without compression the first model is the better one.
    assert chosen([each for each in FRAGILE if each.recipe == "float32"], Rule(0.001)) == (
        *(0,),
        "float32",
    )


@pytest.mark.parametrize(
    ("drop", "winner"),
    [(0.0, (0, "float32")), (0.005, (1, "float32")), (0.01, (1, "int8")), (0.1, (1, "int8"))],
)
def test_no_more_is_lost_than_allowed(drop, winner):
    assert chosen(FRAGILE, Rule(drop)) == winner


def test_nobody_says_what_may_be_lost():
    # One percent, or one standard error where the examples are few.
    few = [file(0, "float32", 0.95, 40_000, error=0.03), file(0, "int8", 0.93, 9_000, error=0.03)]
    assert chosen(few) == (0, "int8")
    assert chosen(few, Rule(0.01)) == (0, "float32")


@pytest.mark.parametrize(
    ("prefer", "winner"),
    [
        *(("size", "small"), ("gzip_size", "pruned"), ("latency", "fast")),
        *(("ram", "frugal"), ("accuracy", "float32")),
    ],
)
def test_what_is_preferred_decides_among_the_good_enough(prefer, winner):
    found = [
        file(0, "float32", 0.990, 40_000, latency=3.0),
        file(0, "small", 0.985, 9_000, latency=2.0),
        file(0, "pruned", 0.985, 12_000, gzip=4_000, latency=2.0),
        file(0, "fast", 0.985, 15_000, latency=1.0),
        file(0, "frugal", 0.985, 16_000, latency=2.0, ram=5_000),
        file(0, "bad", 0.5, 1_000, latency=0.1, ram=100),
    ]
    assert chosen(found, Rule(prefer=prefer)) == (0, winner)


def test_what_the_search_saves_is_preferred_where_nobody_says():
    assert Rule().preference(("val_accuracy", "latency")) == "latency"
    assert Rule().preference(("val_accuracy",)) == "accuracy"


def test_latencies_that_noise_turns_round_are_the_same():
    found = [
        file(0, "float32", 0.99, 40_000, latency=1.00),
        file(0, "int8", 0.99, 9_000, latency=1.02),
    ]
    assert chosen(found, Rule(prefer="latency")) == (0, "int8")


def test_a_bound_comes_before_the_rule():
    reason = pick(
        FRAGILE[:3], OBJECTIVES, Constraints(max_size=15_000), 500, "accuracy", Rule()
    ).reason
    assert "loses more than allowed" in reason


def test_lower_is_better_for_an_error_and_its_share_counts():
    found = [
        file(0, "float32", 50.0, 40_000, error=0.0),
        file(0, "int8", 50.4, 9_000, error=0.0),
        file(0, "int4", 52.0, 5_000, error=0.0),
    ]
    assert chosen(found, metric="rmse") == (0, "int8")


def test_nothing_that_passed_is_an_error():
    with pytest.raises(VerificationError):
        chosen([file(0, "int8", 0.9, 9, failed=True)])
    with pytest.raises(NothingFeasibleError):
        chosen(FRAGILE, constraints=Constraints(max_size=10))


@pytest.mark.parametrize("wrong", [{"prefer": "speed"}, {"max_drop": 2.0}, {"max_drop": -0.1}])
def test_a_rule_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(UserInputError, match="Received"):
        Rule(**wrong)


def told(artifacts, constraints=FREE):
    choice = pick(artifacts, OBJECTIVES, constraints, 500, "accuracy", Rule())
    found = rows(artifacts, judge(artifacts, "accuracy", Rule()), constraints, choice)
    return {(row.trial, row.recipe): row for row in found}


def test_every_file_is_a_row_with_what_became_of_it():
    found = told(
        [
            *FRAGILE,
            file(1, "float16", 0.986, 30_000, gzip=30_000, latency=1.2),
            file(1, "int16", 0.986, 11_000, failed=True),
            Artifact(1, "tflite", "crash", "", reason="the worker ended: SIGSEGV"),
        ]
    )
    assert found[1, "int8"].outcome == "chosen"
    assert found[0, "int8"].outcome == "lost too much"
    assert "6 points" in found[0, "int8"].words
    assert found[1, "float16"].words.startswith("saves nothing: 1.00x the bytes")
    assert found[1, "int16"].words == "failed: off"
    assert found[1, "crash"].words == "failed: the worker ended: SIGSEGV"


def test_a_step_is_measured_against_the_recipe_without_it():
    from automl.compression.recipe import Recipe
    from automl.compression.recipes import INT8
    from automl.registry import RECIPES

    RECIPES.add(Recipe("trained_like_int8", "", INT8.steps))
    step = {"step": "prune", "summary": "prune 80%", "seconds": 12.0, "params": 9, "facts": {}}
    found = told(
        [
            *FRAGILE,
            file(1, "trained_like_int8", 0.980, 9_000, gzip=3_600, steps=(step | {"claims": []},)),
        ]
    )
    row = found[1, "trained_like_int8"]
    assert (row.beside, row.seconds) == ("int8", 12.0)
    assert (row.size_ratio, row.gzip_ratio) == (1.0, 0.4)
    assert row.gain == pytest.approx(-0.004)


def test_the_front_holds_what_nothing_beats():
    judged = judge(FRAGILE, "accuracy", Rule())
    assert {(a.trial, a.recipe) for a in pareto(judged)} == {
        *((0, "float32"), (1, "float32")),
        (1, "int8"),
    }
