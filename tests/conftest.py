"""What several folders of tests need: digits, a run's folder, a worker."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# No test learns from another, or from the user's own runs; see `own_home`.
os.environ["AUTOML_HOME"] = ""
pytest.register_assert_rewrite("automl.testing", "search_spaces.testing")

#: A run's configuration of the smallest models the space can make.
SMALL = {
    "stages": 1,
    "stem/width": 8,
    "stem/kernel": 3,
    "stage_1/block": "separable",
    "stage_1/depth": 1,
    "stage_1/width": 12,
}


@dataclass(frozen=True)
class Done:
    """A finished command."""

    code: int
    out: str
    err: str


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Lets this test, and the commands it runs, keep what runs find, in a folder of its own."""
    monkeypatch.setenv("AUTOML_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def command() -> Callable[..., Done]:
    """Returns a function that runs the command line in a process of its own."""

    def run(*words: object, cwd: Path, env: dict[str, str] | None = None) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "automl_cli", *map(str, words)],
            cwd=cwd,
            env=os.environ | (env or {}),
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def digits() -> Any:
    """Returns the digits, split as a search does."""
    from automl.data import dataset

    return dataset.load("digits", test=0.2, validation=0.2, seed=0)


@pytest.fixture(scope="session")
def digits_space(digits: Any) -> dict[str, Any]:
    """Returns the description of the CNN space on digits, as jobs are given it."""
    from automl.execution.context import space_spec
    from search_spaces import Signature, TargetSpec

    target = TargetSpec("classification", len(digits.summary.class_names))
    return space_spec("cnn", Signature(digits.summary.input, target), {})


@pytest.fixture(scope="session")
def run_folder(digits: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns a run's folder that holds the data and nothing else."""
    folder = tmp_path_factory.mktemp("run")
    digits.save(folder)
    return folder


@pytest.fixture(scope="session")
def small_values(digits_space: dict[str, Any]) -> dict[str, Any]:
    """Returns a legal configuration of a small model."""
    from search_spaces import SPACES, Signature

    space = SPACES.get("cnn")(Signature.from_dict(digits_space["signature"]))
    options = {each.name: each.values for each in space.hyperparameters().space}
    values = {
        name: value if value in options[name] else options[name][0] for name, value in SMALL.items()
    }
    canonical: dict[str, Any] = space.canonical(values)
    return canonical


@pytest.fixture(scope="session")
def context(run_folder: Path) -> Iterator[Any]:
    """Returns a job's context in this process; `emitted` holds what it sent."""
    from automl.execution.context import JobContext

    context: Any = JobContext(run_folder, emit=lambda message: context.emitted.append(message))
    context.emitted = []
    yield context


@pytest.fixture(scope="session")
def trained(
    context: Any, digits_space: dict[str, Any], small_values: dict[str, Any]
) -> dict[str, Any]:
    """Returns what training the small model for a few epochs gave, with its ``model_file``."""
    from automl.execution.jobs import run_job

    args = {
        "space": digits_space,
        "values": small_values,
        "task": "classification",
        "objective": "val_accuracy",
        "seed": 1,
        "epochs": 6,
        "deadline": None,
        "model_file": "models/trained.keras",
    }
    return run_job("train", args, context) | {"model_file": args["model_file"]}
