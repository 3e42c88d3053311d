"""Tests that come with the package: subclass one for every block or space you add.

    from search_spaces.testing import BlockContract

    class TestMine(BlockContract):
        @pytest.fixture
        def block(self):
            return Mine()

pytest has to be installed. To see the values of a failed assertion, call
``pytest.register_assert_rewrite("search_spaces.testing")`` in a conftest.
"""

from search_spaces.testing.blocks import BlockContract
from search_spaces.testing.inputs import INPUTS, batch, classification_of, signature_of
from search_spaces.testing.spaces import SpaceContract

__all__ = ["INPUTS", "BlockContract", "SpaceContract", "batch", "classification_of", "signature_of"]
