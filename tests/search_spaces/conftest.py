"""Shows the values of assertions that fail inside the shipped contracts."""

import pytest

pytest.register_assert_rewrite("search_spaces.testing")
