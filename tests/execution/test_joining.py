"""Workers of another command, for real, but without a backend."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from automl.config_parsing import make_config
from automl.errors import ConfigChangedError, UserInputError
from automl.execution.base import EventKind
from automl.execution.guests import ADDRESS, knock
from automl.execution.helping import check_same, help_run
from automl.execution.processes import ProcessExecutor
from automl.records.store import RunStore
from automl.versions import versions

LIGHT = """
import sys
from automl.execution import worker
worker.start_backend = lambda run: None
worker.main(*sys.argv[1:])
"""
NAP = """
import os, time
def run(args, context):
    context.emit({"pid": os.getpid()})
    time.sleep(args["seconds"])
    return {"pid": os.getpid()}
"""
HELPER = """
import sys
from pathlib import Path
from automl.execution.helping import help_run
help_run(Path(sys.argv[1]), 1, None, "light_worker")
"""


@pytest.fixture(scope="module")
def on_path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "light_worker.py").write_text(LIGHT)
    (folder / "nap.py").write_text(NAP)
    sys.path.append(str(folder))
    yield folder
    sys.path.remove(str(folder))


@pytest.fixture
def run(tmp_path):
    """Returns a run's folder, as a search has begun it."""
    with RunStore(tmp_path, create=True) as store:
        config = make_config("digits", {"trials": 3}).to_dict()
        store.set_facts({"config": config, "versions": versions()})
    return tmp_path


@pytest.fixture
def executor(on_path, run):
    with ProcessExecutor(run, joinable=True, module="light_worker") as executor:
        yield executor


@pytest.fixture
def helper(on_path, executor, run):
    with subprocess.Popen(
        [sys.executable, "-c", HELPER, str(run)],
        env=os.environ | {"PYTHONPATH": str(on_path)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        wait_for(executor, 1)
        yield process
        process.kill()


def wait_for(executor, guests):
    end = time.monotonic() + 30
    while executor.guests != guests:
        assert time.monotonic() < end, "nobody came, or nobody left"
        executor.next_event(timeout=0.05)


def finals(executor, count):
    """Returns the last events of so many jobs."""
    found = []
    while len(found) < count:
        event = executor.next_event(timeout=30)
        assert event is not None
        if event.final:
            found.append(event)
    return found


def nap(executor, seconds=0.2):
    return executor.submit("nap", {"seconds": seconds})


def test_who_joins_takes_jobs(executor, helper):
    jobs = {nap(executor) for _ in range(6)}
    events = finals(executor, 6)
    assert {event.job for event in events} == jobs
    assert {event.kind for event in events} == {EventKind.DONE}
    pids = {event.result["pid"] for event in events}
    assert len(pids) == 2
    assert set(executor.pids()) < pids


def test_a_job_in_the_hands_of_one_who_leaves_is_done_by_another(executor, helper):
    nap(executor, 0.1), nap(executor, 1.0)
    theirs = None
    while theirs is None:
        event = executor.next_event(timeout=10)
        if event.kind is EventKind.PROGRESS and event.result["pid"] not in executor.pids():
            theirs = event.result["pid"]
    os.kill(theirs, signal.SIGKILL)
    events = finals(executor, 1)
    if len(events) < 2:
        events += [e for e in iter(lambda: executor.next_event(timeout=3), None) if e.final]
    assert {event.kind for event in events} == {EventKind.DONE}
    assert theirs not in {event.result["pid"] for event in events}
    wait_for(executor, 1)  # Its command has sent another.


def test_who_helps_is_let_go_at_the_end(executor, helper):
    workers = psutil.Process(helper.pid).children()
    executor.close()
    assert helper.wait(timeout=10) == 0
    assert helper.stderr.read() == ""
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert not alive


def test_there_must_be_somebody_to_help(run):
    with pytest.raises(UserInputError, match=r"None that can be joined works on .*leave --join"):
        help_run(run)


def test_an_address_that_a_killed_command_left_leads_nowhere(run):
    (run / ADDRESS).write_text('{"socket": "/nowhere/automl-join-x/door", "pid": 1}')
    assert knock(run) is None
    (run / ADDRESS).write_text("[]")
    assert knock(run) is None


def test_other_versions_are_refused(run):
    with RunStore(run) as store:
        store.set_fact("versions", {"keras": "1.0"})
    with pytest.raises(UserInputError, match=r"needs the versions .* There: keras 1\.0\. Here: "):
        help_run(run)


def test_another_configuration_is_refused(run):
    check_same(run, make_config("digits", {"time": "10m"}))
    with pytest.raises(ConfigChangedError, match=r"seed: 0 -> 7.*--join takes the options"):
        check_same(run, make_config("digits", {"seed": 7}))
