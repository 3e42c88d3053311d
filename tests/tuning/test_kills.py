"""A search that is killed at random moments ends as if it had never been."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def kills():
    benchmarks = str(Path(__file__).parents[2] / "benchmarks")
    sys.path.insert(0, benchmarks)
    try:
        # The process that children are forked from looks for modules where this one does.
        yield importlib.import_module("kills")
    finally:
        sys.path.remove(benchmarks)


def test_killed_at_random_moments_and_resumed(kills, tmp_path):
    """The whole process group, with the real loop, store, lock, worker and files."""
    found = kills.try_moments(tmp_path, moments=25, seed=1)
    assert found["kills"] == 25
    assert found["different"] == []


def test_with_a_second_command_that_joined(kills, tmp_path):
    """Random search proposes the same whoever trains: so all must come out the same."""
    alone = kills.begin(tmp_path / "alone", trials=90, seed=5, oracle="random")
    led = kills.begin(tmp_path / "led", trials=90, seed=5, oracle="random")
    helper = kills.join(tmp_path / "led")
    for process in (alone, led, helper):
        process.join()
        assert process.exitcode == 0
    outcome = kills.made_up_search.outcome
    assert outcome(tmp_path / "led") == outcome(tmp_path / "alone")


@pytest.mark.slow
@pytest.mark.parametrize("oracle", ["random", "auto"])
def test_killed_at_a_hundred_moments_and_resumed(kills, tmp_path, oracle):
    found = kills.try_moments(tmp_path, moments=100, seed=2, oracle=oracle)
    assert found["kills"] == 100
    assert found["different"] == []
