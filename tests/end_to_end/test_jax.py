"""A search on JAX: killed, resumed and shipped, without TensorFlow where it trains."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

from automl.errors import UserInputError
from automl.execution.links import WORKER
from automl.execution.places import TRAINING
from automl.records.store import RunStore
from automl.run import Run
from automl.types import TrialState, VerificationStatus

COMMAND = (
    *("search", "digits", "--backend", "jax", "--space", "cnn", "--freeze", "stages=1"),
    *("--trials", "2", "--epochs", "9", "--finalists", "0", "--compress", "int8"),
    *("--fresh", "--no-learn"),
)

Command = Callable[..., Any]


def libraries(process: psutil.Process) -> set[str]:
    """Returns the packages whose compiled parts a process has loaded, of the two backends."""
    paths = [each.path for each in process.memory_maps()]
    names = ("tensorflow", "jaxlib")
    return {name for name in names if any(f"{os.sep}{name}{os.sep}" in path for path in paths)}


def watch(folder: Path, process: subprocess.Popen[str]) -> dict[bool, set[str]]:
    """Waits until a trial is completed and another trains; tells what workers have loaded.

    Returns:
        Whether they train -> packages.
    """
    loaded: dict[bool, set[str]] = {True: set(), False: set()}
    end = time.monotonic() + 280
    while time.monotonic() < end:
        assert process.poll() is None, process.communicate()
        for worker in psutil.Process(process.pid).children():
            with suppress(psutil.Error):  # Others come and go, to look at the machine.
                if WORKER in (words := worker.cmdline()):
                    loaded[TRAINING in json.loads(words[-1])["jobs"]] |= libraries(worker)
        try:
            with RunStore(folder / "run") as store:
                if store.trials(TrialState.COMPLETED) and store.trials(TrialState.RUNNING):
                    return loaded
        except UserInputError:
            pass
        time.sleep(0.2)
    raise TimeoutError


@pytest.mark.timeout(900)  # Three commands, each of which starts two backends.
@pytest.mark.skipif(not find_spec("jax"), reason="JAX is not installed")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has loaded")
def test_a_search_on_jax_is_killed_resumed_and_shipped(command: Command, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "automl_cli", *COMMAND, "--out", "run"],
        cwd=tmp_path,
        env=os.environ | {"JAX_PLATFORMS": "cpu"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    loaded = watch(tmp_path, process)
    workers = psutil.Process(process.pid).children()
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not alive
    assert loaded[True] == {"jaxlib"}
    assert "tensorflow" in loaded[False]

    done = command(*COMMAND, "--out", "run", cwd=tmp_path)
    assert done.code == 0, done.err
    straight = command(*COMMAND, "--out", "straight", cwd=tmp_path)
    assert straight.code == 0, straight.err
    resumed, other = Run(tmp_path / "run"), Run(tmp_path / "straight")
    found = [
        [(t.number, t.values, t.state, t.score, t.epochs) for t in run.trials]
        for run in (resumed, other)
    ]
    assert found[0] == found[1]
    assert resumed.artifact.files == other.artifact.files
    assert {each.format for each in resumed.artifacts} == {"tflite", "tfjs"}
    for artifact in resumed.artifacts:
        assert artifact.status is VerificationStatus.PASSED, artifact
    assert "jax" in resumed.fact("versions")
