"""Every registered block and space keeps its contract."""

from __future__ import annotations

from typing import Any

import pytest

from search_spaces import BLOCKS, SPACES
from search_spaces.blocks import Block
from search_spaces.space import SearchSpace
from search_spaces.testing import BlockContract, SpaceContract


class TestBlocks(BlockContract):
    @pytest.fixture(params=BLOCKS.names())
    def block(self, request: pytest.FixtureRequest) -> Block[Any]:
        block: Block[Any] = BLOCKS.get(request.param)()
        return block


class RegisteredContract(SpaceContract):
    """What is asked of the package's own spaces beyond the contract."""

    def test_there_is_a_first_guess_for_every_kind(self, space: SearchSpace) -> None:
        assert space.first_guesses()


def _contract(name: str) -> type[SpaceContract]:
    return type(f"Test_{name}", (RegisteredContract,), {"space_class": SPACES.get(name)})


# One class per space: what a class is tested on comes from the registry.
globals().update({f"Test_{name}": _contract(name) for name in SPACES.names()})
