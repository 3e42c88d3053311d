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

from automl.data.options import ReadOptions
from automl.registry import EXPORTERS, ORACLES, RECIPES, RUNTIMES, SOURCES, STEPS, TASKS
from automl.testing import (
    ExporterContract,
    OracleContract,
    RecipeContract,
    RuntimeContract,
    SourceContract,
    StepContract,
    TaskContract,
    small_data,
)


def npz_example(folder: Path) -> str:
    x, y = small_data(60)
    np.savez(folder / "example.npz", x=x, y=y)
    return str(folder / "example.npz")


def folder_example(folder: Path) -> str:
    from PIL import Image

    x, y = small_data(60)
    for number, (pixels, label) in enumerate(zip(x, y, strict=True)):
        file = folder / "pictures" / f"class {label}" / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        scaled = np.round(255 * (pixels - x.min()) / np.ptp(x)).astype(np.uint8)
        Image.fromarray(scaled.squeeze()).save(file)
    return str(folder / "pictures")


def lines_example(folder: Path) -> str:
    """Writes a file of sentences with a label before each."""
    lines = [f"{number % 2} sentence {number} says {['this', 'that'][number % 2]}, twice."
             for number in range(60)]  # fmt: skip
    (folder / "sentences.txt").write_text("\n".join(lines), encoding="utf-8")
    return str(folder / "sentences.txt")


def npy_example(folder: Path) -> str:
    x, y = small_data(60)
    np.save(folder / "x.npy", x)
    np.save(folder / "y.npy", y)
    return str(folder / "x.npy")


def series_example(folder: Path) -> str:
    """Writes series of several lengths, some with gaps."""
    head = "@univariate false\n@dimensions 2\n@classLabel true up down\n@data\n"
    for split, first in (("TRAIN", 0), ("TEST", 60)):
        lines = []
        for number in range(first, first + 60):
            steps = range(1, 6 + number % 3)
            rising = ",".join("?" if step == number else str(step + number) for step in steps)
            falling = ",".join(str(number - step / 2) for step in steps)
            lines.append(f"{rising}:{falling}:up" if number % 2 else f"{falling}:{rising}:down")
        (folder / f"Small_{split}.ts").write_text(head + "\n".join(lines), encoding="utf-8")
    return str(folder / "Small_TRAIN.ts")


def tfds_example(folder: Path) -> str:
    from automl.testing.small_tfds import write_small_tfds

    return write_small_tfds(folder)


def table_example(folder: Path) -> str:
    x, y = small_data(60)
    rows = [
        f"{','.join(map(str, row))},{label}" for row, label in zip(x[:, 0, :, 0], y, strict=True)
    ]
    header = ",".join([*(f"column {at}" for at in range(x.shape[2])), "label"])
    (folder / "example.csv").write_text("\n".join([header, *rows]))
    return str(folder / "example.csv")


#: Source -> (writes an example and returns its URI, URI that cannot be read or None).
EXAMPLES: dict[str, tuple[Callable[[Path], str], str | None]] = {
    "digits": (lambda folder: "digits", None),
    "wine": (lambda folder: "wine", None),
    "breast_cancer": (lambda folder: "breast_cancer", None),
    "iris": (lambda folder: "iris", None),
    "diabetes": (lambda folder: "diabetes", None),
    "npz": (npz_example, "nowhere/gone.npz"),
    "npy": (npy_example, "nowhere/gone.npy"),
    "series": (series_example, "nowhere/gone.ts"),
    "tfds": (tfds_example, "tfds:no_such_set"),
    "lines": (lines_example, "nowhere/gone.txt"),
    "table": (table_example, "nowhere/gone.csv"),
    "folder": (folder_example, "nowhere/gone/"),
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
    def options(self, name, tmp_path):
        return ReadOptions(data_dir=str(tmp_path)) if name == "tfds" else ReadOptions()

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


@each(STEPS)
class TestSteps(StepContract):
    @pytest.fixture
    def step(self, name):
        return STEPS.get(name)()

    def test_answers_to_its_registered_name(self, name, step):
        assert step.name == name


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
