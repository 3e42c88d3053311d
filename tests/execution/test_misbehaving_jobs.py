"""Jobs that hang, crash or take what is not there, in a real worker without a backend."""

from __future__ import annotations

import sys
import textwrap

import pytest

from automl.errors import DiskFullError
from automl.execution import limits
from automl.execution.base import EventKind
from automl.execution.processes import ProcessExecutor

#: The worker, without the seconds that a backend takes to import.
LIGHT = """
import sys
from automl.execution import worker
worker.start_backend = lambda run: None
worker.main(*sys.argv[1:])
"""

JOBS = {
    "fine": "def run(args, context): return {'answer': 42}",
    "asleep": """
        import time
        def run(args, context):
            context.emit({"epoch": 0, "metrics": {}})
            time.sleep(600)
        """,
    "in_time": """
        import time
        def run(args, context):
            while time.time() < args["deadline"]:
                time.sleep(0.01)
            return {"reason": "the time was up", "lent": args["deadline"] - args["now"]}
        """,
    "greedy": """
        import resource, numpy as np
        def run(args, context):
            used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            resource.setrlimit(resource.RLIMIT_AS, (used + 200_000_000, hard))
            kept = []
            while True:
                kept.append(np.ones(10_000_000))
        """,
    "segfault": """
        import ctypes
        def run(args, context):
            ctypes.string_at(0)
        """,
    "aborts": "import os\ndef run(args, context): os.abort()",
    "no_space": """
        import errno
        def run(args, context):
            raise OSError(errno.ENOSPC, "No space left on device", "models/x.keras")
        """,
    "large_file": """
        import resource
        def run(args, context):
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, -1))
            (context.run / "large").write_bytes(b"x" * 2000)
        """,
    "not_finite": """
        def run(args, context):
            context.emit({"epoch": 0, "metrics": {"loss": float("nan"), "val_loss": float("inf")}})
            return {"metrics": {"loss": float("nan")}}
        """,
}  # fmt: skip


@pytest.fixture(scope="module")
def on_path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "light_worker.py").write_text(LIGHT)
    for name, source in JOBS.items():
        (folder / f"job_{name}.py").write_text(textwrap.dedent(source))
    sys.path.append(str(folder))
    yield
    sys.path.remove(str(folder))


@pytest.fixture
def executor(on_path, tmp_path):
    with ProcessExecutor(tmp_path, module="light_worker") as executor:
        yield executor


def last(executor, job):
    """Returns the last event of a job."""
    while True:
        event = executor.next_event(timeout=60)
        assert event is not None, "nothing was heard of the job"
        if event.job == job and event.final:
            return event


def works(executor):
    return last(executor, executor.submit("job_fine", {})).result == {"answer": 42}


def test_an_endless_job_is_ended_with_its_worker(executor, monkeypatch):
    monkeypatch.setattr(limits, "LEAST_GRACE", 0.5)
    (pid,) = executor.pids()
    event = last(executor, executor.submit("job_asleep", {"limit": 0.5}))
    assert event.kind is EventKind.DIED
    assert event.result["timed_out"]
    assert "had not ended after 1s" in event.result["message"]
    assert "(--trial-time)" in event.result["message"]
    assert executor.pids() != [pid]
    assert works(executor)


def test_the_time_of_a_job_counts_from_when_a_worker_takes_it_up(executor, monkeypatch):
    monkeypatch.setattr(limits, "LEAST_GRACE", 1.0)
    jobs = [executor.submit("job_asleep", {"limit": 0.2}), executor.submit("job_fine", {})]
    assert last(executor, jobs[0]).result["timed_out"]
    assert last(executor, jobs[1]).kind is EventKind.DONE


def test_a_job_is_told_when_its_time_is_up_and_says_so(executor):
    args = {"limit": 0.3, "deadline": None, "now": 0}
    result = last(executor, executor.submit("job_in_time", args)).result
    assert result["reason"] == "its own time was up (--trial-time)"


def test_a_deadline_before_the_limit_stays(executor):
    import time

    args = {"limit": 100, "deadline": time.time() + 0.3, "now": time.time()}
    result = last(executor, executor.submit("job_in_time", args)).result
    assert result["reason"] == "the time was up"
    assert result["lent"] < 1


def test_a_job_that_takes_all_memory_gets_a_fresh_worker(executor):
    (pid,) = executor.pids()
    event = last(executor, executor.submit("job_greedy", {}))
    assert event.kind is EventKind.DIED
    assert event.result["message"].startswith("the worker ran out of memory (")
    assert "job_greedy.py" in event.result["traceback"]
    assert executor.pids() != [pid]
    assert works(executor)


@pytest.mark.parametrize(
    ("job", "signal", "place"), [("segfault", "SIGSEGV", "string_at"), ("aborts", "SIGABRT", "run")]
)
def test_a_crash_says_where_it_was(executor, job, signal, place):
    event = last(executor, executor.submit(f"job_{job}", {}))
    assert event.kind is EventKind.DIED
    assert f"(signal {signal}, in {place}, line" in event.result["message"]
    assert f"job_{job}.py" in event.result["traceback"]
    assert works(executor)


@pytest.mark.parametrize("job", ["no_space", "large_file"])
def test_a_full_disk_is_not_the_fault_of_the_job(executor, job):
    executor.submit(f"job_{job}", {})
    with pytest.raises(DiskFullError, match=r"could not write: .* the same command again"):
        executor.next_event(timeout=60)


def test_numbers_that_are_not_finite_come_through(executor):
    event = last(executor, executor.submit("job_not_finite", {}))
    assert event.kind is EventKind.DONE
    assert event.result["metrics"]["loss"] != event.result["metrics"]["loss"]
