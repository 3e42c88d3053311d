"""Everything registered keeps the contract of its role.

A new name is tested by being registered. A data source also needs an example
to read, in `EXAMPLES`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl.registry import EXPORTERS, ORACLES, RECIPES, RUNTIMES, SOURCES, TASKS
from automl.testing import (
    ExporterContract,
    OracleContract,
    RecipeContract,
    RuntimeContract,
    SourceContract,
    TaskContract,
    small_data,
)


def npz_example(folder: Path) -> str:
    x, y = small_data(60)
    np.savez(folder / "example.npz", x=x, y=y)
    return str(folder / "example.npz")


#: Source -> (writes an example and returns its URI, URI that cannot be read or None).
EXAMPLES: dict[str, tuple[Callable[[Path], str], str | None]] = {
    "digits": (lambda folder: "digits", None),
    "npz": (npz_example, "nowhere/gone.npz"),
}


@pytest.fixture(scope="class")
def name(request: Any) -> str:
    return str(request.param)


def each(registry: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", registry.names(), scope="class", indirect=True)


@each(ORACLES)
class TestOracles(OracleContract):
    @pytest.fixture
    def oracle_class(self, name):
        return ORACLES.get(name)


@each(SOURCES)
class TestSources(SourceContract):
    @pytest.fixture
    def source(self, name):
        assert name in EXAMPLES, f"give an example of the data source {name!r} in EXAMPLES"
        return SOURCES.get(name)()

    @pytest.fixture
    def uri(self, name, tmp_path):
        return EXAMPLES[name][0](tmp_path)

    @pytest.fixture
    def unreadable(self, name):
        return EXAMPLES[name][1]

    def test_answers_to_its_registered_name(self, name, source):
        assert source.name == name


@each(TASKS)
class TestTasks(TaskContract):
    @pytest.fixture
    def task(self, name):
        return TASKS.get(name)()

    def test_answers_to_its_registered_name(self, name, task):
        assert task.name == name


@each(RECIPES)
class TestRecipes(RecipeContract):
    @pytest.fixture
    def recipe(self, name):
        return RECIPES.get(name)

    def test_answers_to_its_registered_name(self, name, recipe):
        assert recipe.name == name


@each(EXPORTERS)
class TestExporters(ExporterContract):
    @pytest.fixture
    def exporter(self, name):
        return EXPORTERS.get(name)()

    def test_answers_to_its_registered_name(self, name, exporter):
        assert exporter.name == name


@each(RUNTIMES)
class TestRuntimes(RuntimeContract):
    @pytest.fixture
    def runtime(self, name):
        return RUNTIMES.get(name)()

    def test_answers_to_its_registered_name(self, name, runtime):
        assert runtime.name == name
