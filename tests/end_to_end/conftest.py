"""One real search, made by the command line, that many tests look at."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from automl.run import Run

#: `command("search", ..., cwd=folder)` runs the command line; see tests/conftest.py.
Command = Callable[..., Any]


@dataclass(frozen=True)
class Finished:
    """The shared run and what its command printed."""

    run: Run
    record: dict
    err: str


@pytest.fixture(scope="session")
def finished(command: Command, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """`automl search digits` with a small budget and a size bound; do not change its files."""
    folder = tmp_path_factory.mktemp("finished")
    done = command(
        *("search", "digits", "--trials", "3", "--epochs", "8", "--max-size", "12kB"),
        *("--out", "run", "--json"),
        cwd=folder,
    )
    assert done.code == 0, done.err
    return Finished(Run(folder / "run"), json.loads(done.out), done.err)


@pytest.fixture
def copied(finished: Finished, tmp_path: Path) -> Run:
    """A copy of the shared run that a test may change."""
    shutil.copytree(finished.run.folder, tmp_path / "run")
    return Run(tmp_path / "run")
