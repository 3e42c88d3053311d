"""Every registered block and space keeps its contract."""

from __future__ import annotations

from typing import Any

import pytest

from search_spaces import BLOCKS, SPACES
from search_spaces.blocks import Block
from search_spaces.testing import BlockContract, SpaceContract


class TestBlocks(BlockContract):
    @pytest.fixture(params=BLOCKS.names())
    def block(self, request: pytest.FixtureRequest) -> Block[Any]:
        block: Block[Any] = BLOCKS.get(request.param)()
        return block


def _contract(name: str) -> type[SpaceContract]:
    return type(f"Test_{name}", (SpaceContract,), {"space_class": SPACES.get(name)})


# One class per space: what a class is tested on comes from the registry.
globals().update({f"Test_{name}": _contract(name) for name in SPACES.names()})
