"""A sweep that is interrupted goes on from what was kept; failures are tried again."""

from __future__ import annotations

from pathlib import Path

import pytest

from automl.testing.sweep import Outcome, Point

CHECKS = ("build", "int8", "tfjs")


@pytest.fixture
def kept_outcomes(monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    import kept_outcomes

    return kept_outcomes


def outcome(seed, passed=CHECKS, problems=None):
    return Outcome(
        Point("cnn", "image 8x8x1", seed, {"depth": seed}),
        problems=dict(problems or {}),
        passed=list(passed),
        errors={"int8": 0.5, "int8 over rounding": 1.5},
        seconds=dict.fromkeys(passed, 1.0),
    )


def test_what_was_kept_is_not_missing_in_the_next_process(kept_outcomes, tmp_path):
    path = tmp_path / "kept.jsonl"
    first, second = outcome(1), outcome(2)
    kept_outcomes.KeptOutcomes(path).add(first)
    later = kept_outcomes.KeptOutcomes(path)
    assert later.missing(first.point, CHECKS) == ()
    assert later.missing(second.point, CHECKS) == CHECKS
    assert later.missing(first.point, (*CHECKS, "gate")) == ("build", "gate")
    assert later.outcomes([first.point, second.point]) == [first]
    assert list(later.commits([first.point]).values()) == [1]


def test_other_values_of_one_seed_are_another_point(kept_outcomes, tmp_path):
    kept = kept_outcomes.KeptOutcomes(tmp_path / "kept.jsonl")
    kept.add(outcome(1))
    other = Point("cnn", "image 8x8x1", 1, {"depth": 9})
    assert kept.missing(other, CHECKS) == CHECKS


def test_a_failure_is_missing_until_it_is_passed(kept_outcomes, tmp_path):
    path = tmp_path / "kept.jsonl"
    failed = outcome(1, ("build", "tfjs"), {"int8": "wrong"})
    kept_outcomes.KeptOutcomes(path).add(failed)
    later = kept_outcomes.KeptOutcomes(path)
    assert later.missing(failed.point, CHECKS) == ("build", "int8")
    later.add(outcome(1, ("build", "int8")))
    (known,) = kept_outcomes.KeptOutcomes(path).outcomes([failed.point])
    assert not known.problems
    assert sorted(known.passed) == sorted(CHECKS)


def test_checks_asked_for_again_are_forgotten_with_their_measures(kept_outcomes, tmp_path):
    path = tmp_path / "kept.jsonl"
    kept_outcomes.KeptOutcomes(path).add(outcome(1))
    later = kept_outcomes.KeptOutcomes(path, again=("int8",))
    assert later.missing(outcome(1).point, CHECKS) == ("build", "int8")
    (known,) = later.outcomes([outcome(1).point])
    assert not known.errors
    assert known.passed == ["build", "tfjs"]


def test_without_a_file_nothing_is_written(kept_outcomes):
    kept = kept_outcomes.KeptOutcomes(None)
    kept.add(outcome(1))
    assert kept.missing(outcome(1).point, CHECKS) == ()
