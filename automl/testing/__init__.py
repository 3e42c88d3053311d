"""Tests that come with the package: subclass one for everything you add.

    from automl.testing import RecipeContract

    class TestMine(RecipeContract):
        @pytest.fixture
        def recipe(self):
            return MINE

Each contract says in its docstring which fixtures it needs. pytest has to be
installed. To see the values of a failed assertion, call
``pytest.register_assert_rewrite("automl.testing")`` in a conftest.

Blocks and spaces have theirs in `search_spaces.testing`.
"""

from automl.testing.exporters import ExporterContract
from automl.testing.models import small_data, small_model
from automl.testing.oracles import OracleContract
from automl.testing.recipes import RecipeContract, StepContract
from automl.testing.runtimes import RuntimeContract
from automl.testing.sources import SourceContract
from automl.testing.tasks import TaskContract

__all__ = [
    "ExporterContract",
    "OracleContract",
    "RecipeContract",
    "RuntimeContract",
    "SourceContract",
    "StepContract",
    "TaskContract",
    "small_data",
    "small_model",
]
