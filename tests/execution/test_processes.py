"""Worker processes, for real.

One worker serves most of these tests, in this order; a new one takes seconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from automl.errors import AutomlError, UserInputError, WorkerDiedError
from automl.execution import limits
from automl.execution.base import EventKind
from automl.execution.processes import ProcessExecutor

NO_BOUNDS = {"max_size": None, "max_latency": None, "max_flops": None, "max_params": None}

#: Never comes back from the runtime, as a kernel that loops.
HANG = """
import tensorflow as tf

@tf.function
def endless():
    return tf.while_loop(lambda i: i >= 0, lambda i: i * 0, [tf.constant(0)])

def run(args, context):
    context.emit({"pid": 0})
    endless()
"""


@pytest.fixture(scope="module")
def executor(run_folder, tmp_path_factory):
    """Returns an executor started in a folder full of traps, with a plugin on the path."""
    here, folder = Path.cwd(), tmp_path_factory.mktemp("working")
    for trap in ("random.py", "json.py", "numpy.py"):
        (folder / trap).write_text("raise RuntimeError('a file of the working folder was run')\n")
    plugin = tmp_path_factory.mktemp("plugin")
    (plugin / "somebodys_recipes.py").write_text(
        "from automl.compression.recipe import Recipe, Tolerance\n"
        "MINE = Recipe('mine', 'plain', (), Tolerance(1e-4, 0.99))\n"
    )
    (plugin / "somebodys_hang.py").write_text(HANG)
    sys.path.append(str(plugin))
    os.chdir(folder)
    try:
        with ProcessExecutor(run_folder) as executor:
            yield executor
    finally:
        os.chdir(here)
        sys.path.remove(str(plugin))


@pytest.fixture
def gate(digits_space, small_values):
    return {
        **{"space": digits_space, "values": small_values, "format": "tflite"},
        **{"recipes": ["int8"], "constraints": NO_BOUNDS, "task": "classification"},
    }


@pytest.fixture
def endless(digits_space, small_values):
    """Returns a training job that ends only if something ends it."""
    return {
        **{"space": digits_space, "values": small_values, "seed": 1, "epochs": 100_000},
        **{"deadline": None, "model_file": "models/endless.keras", "task": "classification"},
    }


def alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(pid, within=20.0):
    end = time.monotonic() + within
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(pid)


def test_a_job_is_done_in_another_process(executor, gate):
    result = executor.run("gate", gate)
    assert result["size"] > 1_000
    assert executor.pids() != [os.getpid()]


def test_an_extension_of_the_driver_is_there_in_the_worker(executor, gate):
    result = executor.run("gate", gate | {"recipes": ["somebodys_recipes:MINE"]})
    assert result["recipe"] == "somebodys_recipes:MINE"


def test_a_job_that_fails_says_how_and_the_worker_lives(executor, gate):
    (pid,) = executor.pids()
    with pytest.raises(UserInputError, match="no hyperparameter 'x'"):
        executor.run("gate", gate | {"values": {"x": 1}})
    with pytest.raises(AutomlError, match="ModuleNotFoundError: No module named 'no such job'"):
        executor.run("no such job", {})
    job = executor.submit("gate", {})
    event = executor.next_event()
    assert (event.job, event.kind, event.final) == (job, EventKind.ERROR, True)
    assert event.result["type"] == "KeyError"
    assert "gate.py" in event.result["traceback"]
    assert executor.pids() == [pid]


def test_jobs_wait_for_a_worker_and_are_done_in_order(executor, gate):
    jobs = [executor.submit("gate", gate) for _ in range(3)]
    events = [executor.next_event() for _ in jobs]
    assert [event.job for event in events] == jobs
    assert {event.kind for event in events} == {EventKind.DONE}
    assert executor.next_event(timeout=0.05) is None


def test_a_worker_killed_in_mid_job_is_reported_and_replaced(executor, endless, gate):
    (pid,) = executor.pids()
    job = executor.submit("train", endless)
    waiting = executor.submit("gate", gate)
    event = executor.next_event()
    assert (event.kind, event.result["epoch"]) == (EventKind.PROGRESS, 0)
    assert set(event.result["metrics"]) >= {"loss", "val_loss", "val_accuracy"}
    os.kill(pid, signal.SIGKILL)
    while not event.final:
        event = executor.next_event()
    assert (event.job, event.kind) == (job, EventKind.DIED)
    assert "SIGKILL, as the system does when memory runs out" in event.result["message"]
    assert executor.pids() != [pid]
    assert gone(pid)
    # What waited is done by the new one.
    event = executor.next_event()
    assert (event.job, event.kind) == (waiting, EventKind.DONE)


def test_an_endless_training_ends_in_time_and_what_it_learned_counts(executor, endless, run_folder):
    result = executor.run("train", endless | {"limit": 3, "model_file": "models/in_time.keras"})
    assert result["reason"] == "its own time was up (--trial-time)"
    assert result["epochs"] < 100_000
    assert result["metrics"]["val_accuracy"] > 0
    assert (run_folder / "models/in_time.keras").is_file()


def test_a_worker_that_hangs_inside_tensorflow_is_ended(executor, monkeypatch):
    monkeypatch.setattr(limits, "LEAST_GRACE", 1.0)
    (pid,) = executor.pids()
    executor.submit("somebodys_hang", {"limit": 1.0})
    assert executor.next_event().kind is EventKind.PROGRESS
    event = executor.next_event(timeout=60)
    assert (event.kind, event.result["timed_out"]) == (EventKind.DIED, True)
    assert gone(pid)
    assert executor.pids() != [pid]


def test_a_worker_that_has_grown_is_replaced_between_two_jobs(executor, gate, monkeypatch):
    (pid,) = executor.pids()
    monkeypatch.setattr(executor, "_max_rss", 1)
    executor.run("gate", gate)
    assert executor.pids() != [pid]
    assert gone(pid)
    assert executor.next_event(timeout=0.2) is None  # Its end is no news.


def test_workers_end_with_their_executor(executor):
    (pid,) = executor.pids()
    executor.close()
    assert gone(pid)


def test_a_worker_that_cannot_even_start_fails_its_job_with_its_last_words(tmp_path, monkeypatch):
    (tmp_path / "psutil.py").write_text("raise ImportError('psutil is broken')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with (
        ProcessExecutor(tmp_path) as executor,
        pytest.raises(WorkerDiedError, match=r"exit code 1.*psutil is broken"),
    ):
        executor.run("gate", {})


DRIVER = """
import sys, time
from pathlib import Path
from automl.execution.places import Place
from automl.execution.processes import ProcessExecutor
executor = ProcessExecutor(Path(sys.argv[1]), [Place(), Place()])
print(*executor.pids(), flush=True)
time.sleep(60)
"""


def test_workers_end_when_their_driver_is_killed(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    ) as driver:
        pids = [int(pid) for pid in driver.stdout.readline().split()]
        assert len(pids) == 2
        assert all(alive(pid) for pid in pids)
        driver.kill()
    # At once, not when they next have something to say.
    assert all(gone(pid, within=5.0) for pid in pids)
