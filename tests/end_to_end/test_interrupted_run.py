"""A run that is interrupted, extended and killed ends as it would have."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from automl.errors import UserInputError
from automl.records.store import RunStore
from automl.run import Run
from automl.types import TrialState

#: Seed 0, and few small models: what takes time here is starting TensorFlow.
COMMAND = (
    *("search", "digits", "--space", "cnn", "--epochs", "3", "--seed", "0"),
    # What other runs have found must not make one differ from another.
    *("--compress", "float32", "--export", "tflite", "--fresh", "--no-learn"),
)

Command = Callable[..., Any]


def start(folder: Path, *budget: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "automl_cli", *COMMAND, *budget, "--out", "run"],
        cwd=folder,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(folder: Path, completed: int, process: subprocess.Popen[str]) -> None:
    """Waits until some trials are completed and another is in training."""
    end = time.monotonic() + 200
    while time.monotonic() < end:
        assert process.poll() is None, process.communicate()
        try:
            with RunStore(folder / "run") as store:
                done = store.trials(TrialState.COMPLETED)
                running = store.trials(TrialState.RUNNING)
                if len(done) >= completed and running:
                    return
        except UserInputError:
            pass
        time.sleep(0.02)
    raise TimeoutError


def outcome(run: Run) -> list[tuple[object, ...]]:
    return [(t.number, t.values, t.state, t.score, t.epochs) for t in run.trials]


@pytest.mark.timeout(900)  # Four commands, each of which starts TensorFlow twice.
def test_interrupted_extended_killed_and_resumed_is_as_if_never_stopped(
    command: Command, tmp_path: Path
) -> None:
    process = start(tmp_path, "--trials", "2")
    wait_for(tmp_path, 1, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopping; what is finished is kept." in err
    assert "the same command goes on" in err
    assert "Traceback" not in err
    first = Run(tmp_path / "run").trials[0]

    # One more than the two that were planned.
    process = start(tmp_path, "--trials", "+1")
    wait_for(tmp_path, 2, process)
    workers = psutil.Process(process.pid).children()
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert not alive

    # The same command goes on with what it began, and adds no more to it.
    done = command(*COMMAND, "--trials", "+1", "--out", "run", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "Resumed: 2 trials are done, 1 are run again." in done.err
    resumed = Run(tmp_path / "run")
    assert resumed.finished
    assert len(resumed.trials) == 3
    assert resumed.trials[0] == first

    straight = command(*COMMAND, "--trials", "3", "--out", "straight", cwd=tmp_path)
    assert straight.code == 0, straight.err
    assert outcome(resumed) == outcome(Run(tmp_path / "straight"))
    assert resumed.artifact.files == Run(tmp_path / "straight").artifact.files


def test_resume_without_a_run_is_refused(command: Command, tmp_path: Path) -> None:
    done = command(*COMMAND, "--trials", "2", "--out", "none", "--resume", cwd=tmp_path)
    assert done.code == 2
    assert "--resume needs an unfinished run" in done.err
    assert not (tmp_path / "none").exists()
