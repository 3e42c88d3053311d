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

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Leaves out what `tests/sweep` asks: its point 0 is the first sample of the first case."""
        if metafunc.function.__name__ == "test_model_keeps_what_every_model_must":
            metafunc.parametrize("case", self.built_cases()[1:], ids=str)
        else:
            super().pytest_generate_tests(metafunc)

    def test_there_is_a_first_guess_for_every_kind(self, space: SearchSpace) -> None:
        assert space.first_guesses()


def _contract(name: str) -> type[SpaceContract]:
    return type(f"Test_{name}", (RegisteredContract,), {"space_class": SPACES.get(name)})


# One class per space: what a class is tested on comes from the registry.
globals().update({f"Test_{name}": _contract(name) for name in SPACES.names()})
