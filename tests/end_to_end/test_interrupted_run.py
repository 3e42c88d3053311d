"""A run that is interrupted and killed ends as it would have."""

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

from automl.errors import UserInputError
from automl.records.store import RunStore
from automl.run import Run
from automl.types import TrialState

COMMAND = (
    *("search", "digits", "--trials", "4", "--epochs", "5", "--seed", "3"),
    *("--compress", "float32", "--export", "tflite"),
)

Command = Callable[..., Any]


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "automl_cli", *COMMAND, "--out", "run"],
        cwd=folder,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(folder: Path, completed: int, process: subprocess.Popen[str]) -> None:
    """Waits until some trials are completed and another is in training."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, process.communicate()
        try:
            with RunStore(folder / "run") as store:
                done = store.trials(TrialState.COMPLETED)
                running = store.trials(TrialState.RUNNING)
                if len(done) >= completed and running and store.epochs(running[0].number):
                    return
        except UserInputError:
            pass
        time.sleep(0.05)
    raise TimeoutError


def outcome(run: Run) -> list[tuple[object, ...]]:
    return [(t.number, t.values, t.state, t.score, t.epochs) for t in run.trials]


def test_interrupted_killed_and_resumed_is_as_if_never_stopped(
    command: Command, tmp_path: Path
) -> None:
    process = start(tmp_path)
    wait_for(tmp_path, 1, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on" in err
    assert "Traceback" not in err
    first = Run(tmp_path / "run").trials[0]

    process = start(tmp_path)
    wait_for(tmp_path, 2, process)
    workers = psutil.Process(process.pid).children()
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive

    done = command(*COMMAND, "--out", "run", "--resume", cwd=tmp_path)
    assert done.code == 0, done.err
    assert "Resumed: 2 trials are done, 1 are run again." in done.err
    resumed = Run(tmp_path / "run")
    assert resumed.finished
    assert resumed.trials[0] == first

    straight = command(*COMMAND, "--out", "straight", cwd=tmp_path)
    assert straight.code == 0, straight.err
    assert outcome(resumed) == outcome(Run(tmp_path / "straight"))
    assert resumed.artifact.files == Run(tmp_path / "straight").artifact.files


def test_resume_without_a_run_is_refused(command: Command, tmp_path: Path) -> None:
    done = command(*COMMAND, "--out", "none", "--resume", cwd=tmp_path)
    assert done.code == 2
    assert "--resume needs an unfinished run" in done.err
    assert not (tmp_path / "none").exists()
