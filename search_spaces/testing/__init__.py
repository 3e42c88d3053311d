"""Tests that come with the package: subclass one for every block or space you add.

    from search_spaces.testing import BlockContract

    class TestMine(BlockContract):
        @pytest.fixture
        def block(self):
            return Mine()

    class TestMySpace(SpaceContract):
        space_class = MySpace

A space is tested on every problem of `INPUTS` that it accepts. `checks` has
what the contract asks of one model as plain functions.

pytest has to be installed. To see the values of a failed assertion, call
``pytest.register_assert_rewrite("search_spaces.testing")`` in a conftest.
"""

from search_spaces.testing.blocks import BlockContract
from search_spaces.testing.cases import Case, cases_of
from search_spaces.testing.inputs import INPUTS, batch, classification_of, signature_of
from search_spaces.testing.spaces import SpaceContract

__all__ = [
    "INPUTS",
    "BlockContract",
    "Case",
    "SpaceContract",
    "batch",
    "cases_of",
    "classification_of",
    "signature_of",
]
