"""How many workers, where each runs, and what it is for."""

from __future__ import annotations

import pytest

from automl.config_parsing import make_config
from automl.errors import UserInputError
from automl.execution.inprocess import InProcessExecutor
from automl.execution.machine import Machine, this_machine
from automl.execution.places import OTHERS, Place
from automl.execution.planning import (
    make_executor,
    places_for,
    shares,
    thread_variables,
    worker_count,
)

GB = 1_000_000_000
TWO = Machine((0, 1), 16 * GB)
MANY = Machine(tuple(range(64)), 500 * GB)


def config(**options):
    return make_config("digits", {"trials": 3, **options})


def test_one_worker_has_the_whole_machine():
    plan = places_for(config(), TWO)
    assert plan.places == (Place(),)
    assert plan.note == ""


def test_two_workers_have_a_core_each_and_as_many_threads():
    plan = places_for(config(workers=2), TWO)
    assert [place.cores for place in plan.places] == [(0,), (1,)]
    for place in plan.places:
        assert dict(place.environment)["TF_NUM_INTRAOP_THREADS"] == "1"
        assert dict(place.environment)["OMP_NUM_THREADS"] == "1"


def test_cores_are_divided_whole_and_none_twice():
    for workers in (2, 3, 5, 7, 63, 64):
        divided = shares(MANY.cores, workers)
        assert sorted(core for cores in divided for core in cores) == list(MANY.cores)
        sizes = [len(cores) for cores in divided]
        assert max(sizes) - min(sizes) <= 1
    assert shares(TWO.cores, 3) == [()] * 3
    assert thread_variables(0) == ()


def test_auto_is_one_a_core_as_far_as_the_memory_goes():
    assert worker_count("auto", TWO) == (2, "2 worker(s): 2 core(s) (--workers auto).")
    count, why = worker_count("auto", Machine(tuple(range(64)), 10 * GB))
    assert count == 10
    assert why.startswith("10 worker(s): 10.0 GB of free memory, about 1 GB a worker")
    assert worker_count("auto", Machine((0,), 0))[0] == 1


def test_more_workers_than_the_memory_holds_are_not_started():
    count, why = worker_count(8, Machine(tuple(range(8)), 3 * GB))
    assert count == 3
    assert why.startswith("3 worker(s) instead of 8: 3.0 GB of free memory")


def test_more_workers_than_cores_are_warned_of_and_far_too_many_refused():
    assert worker_count(4, TWO) == (
        4,
        "4 workers share 2 core(s): --workers auto would be faster.",
    )
    with pytest.raises(UserInputError, match=r"at most 8 a core\. Received: 1000 on 2 core"):
        worker_count(1000, TWO)


@pytest.mark.parametrize("given", ["0.5", "-1", "many", 0.5, -1, True])
def test_workers_are_a_whole_number_or_auto(given):
    with pytest.raises(UserInputError, match="--workers must be a whole number from 0, or auto"):
        config(workers=given)


def test_auto_is_written_as_it_was_asked():
    assert config(workers="auto").workers == "auto"
    assert config(workers="3").workers == 3


def test_one_that_trains_elsewhere_than_in_tensorflow_has_another_beside_it():
    pytest.importorskip("jax")
    first, last = places_for(config(backend="jax"), TWO).places
    assert (first.backend, first.trains, first.serves("gate")) == ("jax", True, False)
    assert (last.backend, last.trains, last.jobs) == ("tensorflow", False, (OTHERS,))


def test_no_workers_are_this_process(tmp_path):
    with make_executor(config(workers=0), tmp_path) as executor:
        assert isinstance(executor, InProcessExecutor)
        assert executor.trials_at_once == 1


def test_this_machine_has_cores_and_memory():
    machine = this_machine()
    assert machine.cores
    assert len(set(machine.cores)) == len(machine.cores)
    assert machine.memory > 0
