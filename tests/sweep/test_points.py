"""Random points of every space build, train, save and ship, or say that they cannot.

All points of a shard are checked first, in worker processes; then there is one
test for each space.
"""

from __future__ import annotations

import pytest

from automl.testing.sweep import Outcome
from search_spaces import SPACES
from search_spaces.making import AUTO

pytestmark = [pytest.mark.sweep, pytest.mark.timeout(5400)]


def told(outcomes: list[Outcome]) -> str:
    """Returns every problem with the command that repeats it."""
    return "\n".join(
        f"{each.point.case} {check}: {problem[:500]}\n    {each.point.command}"
        for each in outcomes
        for check, problem in each.problems.items()
    )


@pytest.mark.parametrize("name", [*SPACES.names(), AUTO])
def test_every_point_keeps_the_contract(name: str, outcomes: dict[str, list[Outcome]]) -> None:
    assert outcomes[name]
    assert not told(outcomes[name]), told(outcomes[name])
