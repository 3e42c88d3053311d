"""Which part of the sweep runs: $SWEEP_SHARD, as ``2/4``, and $SWEEP_WORKERS processes.

The whole sweep is ``SWEEP_SHARD=1/1`` and takes 75 minutes of one core's time.
Without the variable a small shard runs, the same one each time. Before a change
of blocks or converters goes out, run the shards of a larger split, one by one.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

from automl.testing.sweep import ALL_CHECKS, Outcome, check_points, points_of

#: Samples of each space in the whole sweep.
SAMPLES = 60
#: A prime number of shards: every case has its turn in each.
SMALL_SHARD = "1/31"


def checks() -> list[str]:
    """Returns every check but the gate's, which is made of others; JAX's if it is installed."""
    without = {"gate"} if find_spec("jax") else {"gate", "jax"}
    return [check for check in ALL_CHECKS if check not in without]


@pytest.fixture(scope="session")
def outcomes(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Outcome]]:
    """Returns what came of the shard's points, for every space that a selected test is about."""
    index, count = map(int, os.environ.get("SWEEP_SHARD", SMALL_SHARD).split("/"))
    names = [
        item.callspec.params["name"]
        for item in request.session.items
        if "outcomes" in getattr(item, "fixturenames", ())
    ]
    shard = (index, count)
    points = [point for name in names for point in points_of(name, SAMPLES, shard=shard)]
    workers = int(os.environ.get("SWEEP_WORKERS", "2"))
    found = check_points(points, tmp_path_factory.mktemp("sweep"), checks(), workers)
    return {name: [each for each in found if each.point.space == name] for name in names}
