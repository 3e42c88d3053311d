"""What the contract of search spaces is held on: problems, spaces, configurations."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from search_spaces.space import SearchSpace
from search_spaces.testing.cases import Case, cases_of, make_offline
from search_spaces.testing.inputs import INPUTS

#: Samples that a test draws.
SEEDS = range(2)


def declared(hp: Any) -> list[dict[str, Any]]:
    """Returns what is declared on a `keras_tuner.HyperParameters`."""
    return [each.get_config() for each in hp.space]


def builds(test: Any) -> Any:
    """Marks a test that builds models: it runs on fewer problems."""
    test.builds_models = True
    return test


def _first_of(cases: tuple[Case, ...], group: Callable[[Case], Any]) -> tuple[Case, ...]:
    first: dict[Any, Case] = {}
    for case in cases:
        first.setdefault(group(case), case)
    return tuple(first.values())


@cache
def _space(space_class: type[SearchSpace], case: Case) -> SearchSpace:
    return make_offline(space_class, case.signature)


class SpaceCases:
    """The fixtures of `search_spaces.testing.SpaceContract`, and what it is parametrized by."""

    space_class: type[SearchSpace]
    kinds: tuple[str, ...] = tuple(INPUTS)

    @classmethod
    def cases(cls) -> tuple[Case, ...]:
        """Returns the problems to test on."""
        return tuple(case for case in cases_of(cls.space_class) if case.kind in cls.kinds)

    def pytest_generate_tests(self, metafunc: Any) -> None:
        """Parametrizes by the problems that the space accepts."""
        if "case" not in metafunc.fixturenames:
            return
        builds = getattr(metafunc.function, "builds_models", False)
        cases = self.built_cases() if builds else self.decided_cases()
        metafunc.parametrize("case", cases, ids=str)

    @classmethod
    def decided_cases(cls) -> tuple[Case, ...]:
        """Returns the smallest problem of each kind of input, three at most."""
        return _first_of(cls.cases(), lambda case: case.signature.input.kind)[:3]

    @classmethod
    def built_cases(cls) -> tuple[Case, ...]:
        """Returns the smallest problem of each rank."""
        return _first_of(cls.cases(), lambda case: case.signature.input.rank)

    @pytest.fixture
    def space(self, case: Case) -> SearchSpace:
        return _space(self.space_class, case)

    @pytest.fixture
    def values(self, space: SearchSpace, case: Case) -> dict[str, Any]:
        """Returns one configuration, another for each problem."""
        return space.sample(self.cases().index(case))

    @pytest.fixture
    def one(self) -> SearchSpace:
        """Returns the space on the first problem, for what does not depend on it."""
        return _space(self.space_class, self.cases()[0])

    def make(self, space: SearchSpace, **options: Any) -> SearchSpace:
        """Returns the space again with other options."""
        return make_offline(self.space_class, space.signature, **options)
