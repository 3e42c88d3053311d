"""Places, and that jobs go where they belong: real worker processes without a backend."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from automl.execution.base import EventKind
from automl.execution.places import OTHERS, TRAINING, Place
from automl.execution.processes import ProcessExecutor

LIGHT = """
import sys
from automl.execution import worker, jobs
worker.start_backend = lambda run: None
jobs.JOBS = {"train": "where", "gate": "where"}
worker.main(*sys.argv[1:])
"""
WHERE = """
import os, time
def run(args, context):
    context.emit({"pid": os.getpid()})
    time.sleep(args["seconds"])
    names = ("KERAS_BACKEND", "OMP_NUM_THREADS")
    return {"pid": os.getpid(), "cores": sorted(os.sched_getaffinity(0))} | {
        name: os.environ.get(name) for name in names
    }
"""
pins = pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="cannot be pinned here")


@pytest.fixture(scope="module")
def on_path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "light_worker_here.py").write_text(LIGHT)
    (folder / "where.py").write_text(WHERE)
    sys.path.append(str(folder))
    yield
    sys.path.remove(str(folder))


def workers(tmp_path, *places):
    return ProcessExecutor(tmp_path, places, module="light_worker_here")


def results(executor, count):
    """Returns the last events of so many jobs, by number."""
    found = {}
    while len(found) < count:
        event = executor.next_event(timeout=60)
        assert event is not None
        if event.final:
            assert event.job not in found
            found[event.job] = event
    return found


def test_a_place_serves_what_it_names():
    assert Place().serves("anything")
    assert Place(jobs=("train",)).trains
    assert not Place(jobs=("train",)).serves("gate")
    others = Place(jobs=(OTHERS,))
    assert others.serves("gate")
    assert others.serves("somebodys.job")
    assert not others.serves(TRAINING)


def test_a_place_comes_through_json_and_checks_its_cores():
    place = Place("jax", ("train",), (0, 3), (("OMP_NUM_THREADS", "2"),))
    assert Place.from_json(place.to_json()) == place
    assert Place.from_json("{}") == Place()
    for cores in ((-1,), (2, 2)):
        with pytest.raises(ValueError, match=r"Cores are different numbers from 0"):
            Place(cores=cores)


def test_jobs_go_only_where_they_are_served(on_path, tmp_path):
    trains = Place("jax", (TRAINING,), environment=(("OMP_NUM_THREADS", "3"),))
    with workers(tmp_path, trains, Place("tensorflow", (OTHERS,))) as executor:
        assert executor.trials_at_once == 2
        first, second = executor.pids()
        # Trainings first: what follows them in the queue must not wait for them.
        jobs = [executor.submit("train", {"seconds": 0.5}) for _ in range(2)]
        gates = [executor.submit("gate", {"seconds": 0.0}) for _ in range(2)]
        found = results(executor, 4)
        for job in jobs:
            assert found[job].result["pid"] == first
            assert found[job].result["KERAS_BACKEND"] == "jax"
            assert found[job].result["OMP_NUM_THREADS"] == "3"
        for job in gates:
            assert found[job].result["pid"] == second
        assert list(found)[-1] == jobs[-1]


def test_a_job_that_nobody_takes_is_refused(on_path, tmp_path):
    with (
        workers(tmp_path, Place(jobs=(TRAINING,))) as executor,
        pytest.raises(ValueError, match="No worker takes the job 'gate'"),
    ):
        executor.submit("gate", {})


@pins
def test_a_worker_keeps_to_its_cores_and_so_does_who_takes_its_place(on_path, tmp_path):
    core = min(os.sched_getaffinity(0))
    with workers(tmp_path, Place(cores=(core,))) as executor:
        (pid,) = executor.pids()
        job = executor.submit("gate", {"seconds": 0.0})
        assert results(executor, 1)[job].result["cores"] == [core]
        job = executor.submit("gate", {"seconds": 60.0})
        while not executor.next_event(timeout=60).result.get("pid"):
            pass
        os.kill(pid, signal.SIGKILL)
        assert results(executor, 1)[job].kind is EventKind.DIED
        job = executor.submit("gate", {"seconds": 0.0})
        assert results(executor, 1)[job].result["cores"] == [core]
        assert executor.pids() != [pid]


def test_several_work_at_once(on_path, tmp_path):
    with workers(tmp_path, Place(), Place(), Place()) as executor:
        assert executor.trials_at_once == 3
        jobs = [executor.submit("gate", {"seconds": 0.2}) for _ in range(9)]
        found = results(executor, 9)
        assert set(found) == set(jobs)
        assert {event.kind for event in found.values()} == {EventKind.DONE}
        assert {event.result["pid"] for event in found.values()} <= set(executor.pids())
        assert len({event.result["pid"] for event in found.values()}) > 1
