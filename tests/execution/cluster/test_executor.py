"""Trainings on a real Ray cluster of two nodes, one of which is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil
import pytest

from automl.errors import DiskFullError, UserInputError
from automl.execution import job_files, limits
from automl.execution.base import EventKind
from automl.execution.job_files import JobFiles

from .conftest import begin_run

PARTS = 40_000_000  # Bytes of a file that is sent in several parts.


def make(folder, nodes, *, places=(), module="light_worker", resources="", note=None, pace=""):
    from automl.execution.cluster.connecting import connect
    from automl.execution.cluster.executor import RayExecutor
    from automl.execution.cluster.ray_post import RayPost
    from automl.execution.cluster.resources import read_resources
    from automl.execution.places import Place

    return RayExecutor(
        folder,
        places,
        connect(nodes.address, 1),
        read_resources(resources or "cpu=1"),
        Place(
            jobs=("train", *(f"job_{name}" for name in JOBS)),
            environment=(("MADE_UP_EPOCH", pace),) if pace else (),
        ),
        RayPost(),
        note=note or (lambda text: None),
        module=module,
    )


JOBS = ("copying", "started", "asleep", "aborts", "no_space")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return begin_run(tmp_path_factory.mktemp("run"), "the examples")


@pytest.fixture(scope="module", autouse=True)
def declared():
    for name in ("asleep", "aborts", "no_space"):
        job_files.FILES[f"job_{name}"] = lambda args, run: JobFiles({}, (), args)
    job_files.FILES["job_started"] = job_files.FILES["train"]
    job_files.FILES["job_copying"] = lambda args, run: JobFiles(
        {name: run / name for name in args["copies"]}, tuple(args["leaves"]), args
    )
    yield
    for name in JOBS:
        del job_files.FILES[f"job_{name}"]


@pytest.fixture(scope="module")
def executor(nodes, folder):
    with make(folder, nodes) as executor:
        yield executor


def last(executor, job):
    """Returns the last event of a job."""
    while True:
        event = executor.next_event(timeout=90)
        assert event is not None, "nothing was heard of the job"
        if event.job == job and event.final:
            return event


def test_data_and_files_go_there_and_files_come_back(executor, folder):
    (folder / "large.bin").write_bytes(os.urandom(PARTS))
    (folder / "empty").write_bytes(b"")
    copies = {"large.bin": "models/copy.bin", "empty": "models/nothing"}
    args = {"copies": copies, "leaves": ["models/copy.bin", "models/nothing", "models/unmade"]}
    event = last(executor, executor.submit("job_copying", args))
    assert event.result == {"data": "the examples"}
    assert (folder / "models/copy.bin").read_bytes() == (folder / "large.bin").read_bytes()
    assert (folder / "models/nothing").read_bytes() == b""
    assert not (folder / "models/unmade").exists()


def test_a_file_that_is_not_declared_stays_there(executor, folder):
    args = {"copies": {"empty": "../../stray"}, "leaves": []}
    last(executor, executor.submit("job_copying", args))
    assert not list(folder.parent.glob("**/stray"))


def test_weights_of_another_run_and_the_deadline_go_along(executor, tmp_path):
    (tmp_path / "best.keras").write_text("learned before")
    deadline = time.time() + 100
    args = {"start_from": str(tmp_path / "best.keras"), "deadline": deadline, "model_file": "m"}
    event = last(executor, executor.submit("job_started", args))
    assert event.result == {"weights": "learned before", "ends": pytest.approx(deadline, abs=1)}


def test_a_crash_there_is_told_as_one_here(executor):
    event = last(executor, executor.submit("job_aborts", {}))
    assert event.kind is EventKind.DIED
    assert "SIGABRT" in event.result["message"]


def test_a_job_that_hangs_there_is_ended(executor):
    event = last(executor, executor.submit("job_asleep", {"limit": -limits.LEAST_GRACE + 1}))
    assert (event.kind, event.result["timed_out"]) == (EventKind.DIED, True)


def test_a_full_disk_there_ends_the_search(executor):
    job = executor.submit("job_no_space", {})
    with pytest.raises(DiskFullError, match=r"No space left.*same command again"):
        last(executor, job)


def test_the_cluster_is_given_back_when_nothing_is_trained(executor):
    with pytest.raises(ValueError, match="No worker takes"):
        executor.submit("export", {})
    assert executor.nodes_of_workers() == []


def test_other_versions_are_refused_in_one_line(nodes, tmp_path, monkeypatch):
    from automl.execution.cluster import remote
    from automl.execution.cluster.agreement import Identity

    ours = Identity({"python": "3.0", "keras": "1.0"}, "", "")
    monkeypatch.setattr(remote, "identity", lambda backend: ours)
    with (
        make(begin_run(tmp_path), nodes) as executor,
        pytest.raises(UserInputError, match=r"on \S+: python 3\S+ \(here 3.0\), keras .* there\."),
    ):
        executor.next_event(timeout=60)


def test_what_no_node_has_is_said(nodes, tmp_path):
    notes = []
    with make(begin_run(tmp_path), nodes, resources="gpu=1,first=1", note=notes.append):
        (note,) = notes
    assert "No node of the Ray cluster has cpu=1,gpu=1,first=1 (there are: cpu=1, first=1)" in note


class Disturbed:
    """Kills a node once so many jobs are done, in the middle of others."""

    def __init__(self, executor, nodes, victim, after):
        self.executor, self.nodes, self.victim, self.after = executor, nodes, victim, after
        self.at_once = []

    def __getattr__(self, name):
        return getattr(self.executor, name)

    def __enter__(self):
        self.executor.__enter__()
        return self

    def __exit__(self, *error):
        self.executor.__exit__(*error)

    def next_event(self, timeout=None):
        event = self.executor.next_event(timeout)
        self.at_once.append(len(set(self.executor.nodes_of_workers())))
        if self.victim is not None and max(self.at_once) == 2:
            self.after -= event is not None and event.final
            if self.after <= 0:
                victim, self.victim = self.victim, None
                self.nodes.remove_node(victim, allow_graceful=False)
        return event


def test_a_node_that_is_killed_in_mid_search_costs_nothing(
    nodes, add_node, made_up_search, tmp_path
):
    from automl.execution.places import OTHERS, Place

    made_up_search.search(tmp_path / "alone", trials=16)
    disturbed = []

    def two_nodes(folder):
        begin_run(folder)
        places = (Place(jobs=(OTHERS,)),)
        executor = make(folder, nodes, places=places, module="made_up_search", pace="0.05")
        disturbed.append(Disturbed(executor, nodes, add_node(), after=4))
        return disturbed[0]

    made_up_search.search(tmp_path / "cluster", trials=16, make_executor=two_nodes)
    assert disturbed[0].victim is None
    assert disturbed[0].at_once[-1] == 1
    outcome = made_up_search.outcome
    assert outcome(tmp_path / "cluster") == outcome(tmp_path / "alone")


DRIVER = """
import sys
sys.path += sys.argv[3:]
from pathlib import Path
from automl.execution import job_files
from automl.execution.cluster.connecting import connect
from automl.execution.cluster.executor import RayExecutor
from automl.execution.cluster.ray_post import RayPost
from automl.execution.cluster.resources import Resources
from automl.execution.places import Place

job_files.FILES["job_asleep"] = lambda args, run: job_files.JobFiles({}, (), args)
executor = RayExecutor(
    Path(sys.argv[1]), (), connect(sys.argv[2], 1), Resources(cpu=0, custom={"first": 1}),
    Place(jobs=("job_asleep",)), RayPost(), module="light_worker",
)
executor.submit("job_asleep", {})
print(executor.next_event(90).result["pid"], flush=True)
executor.next_event(90)
"""


def test_a_driver_that_is_killed_leaves_no_worker_behind(nodes, on_path, tmp_path):
    """What another driver then finds in the store is for the tests of resuming."""
    folder = begin_run(tmp_path)
    command = [sys.executable, "-c", DRIVER, str(folder), nodes.address, *on_path]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as driver:
        pid = int(driver.stdout.readline())
        assert psutil.pid_exists(pid)
        driver.kill()
    end = time.monotonic() + 60
    while psutil.pid_exists(pid) and time.monotonic() < end:
        time.sleep(0.1)
    assert not psutil.pid_exists(pid)
    # What it had of the node is free for the same command.
    with make(folder, nodes, resources="cpu=0,first=1") as executor:
        assert last(executor, executor.submit("job_aborts", {})).kind is EventKind.DIED


def test_a_run_without_data_of_its_own_is_told_of_in_one_line(nodes, tmp_path):
    with make(tmp_path, nodes, resources="cpu=0,first=1") as executor:
        job = executor.submit("job_aborts", {})
        with pytest.raises(UserInputError, match=r"--ray sends a run's own copy.*has none"):
            last(executor, job)
