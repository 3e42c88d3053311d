"""How many workers a run has, where each runs, and what it is for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from automl.config import AUTO, SearchConfig
from automl.execution.machine import Machine, check_workers, this_machine
from automl.execution.places import OTHERS, TRAINING, Place
from automl.hardware.choosing import ChosenDevices, choose_devices
from automl.hardware.environment import without_devices
from automl.units import format_size

if TYPE_CHECKING:
    from automl.execution.base import Executor

#: Bytes that a worker takes with its backend, its data and a small model.
WORKER_MEMORY = 1_000_000_000


@dataclass(frozen=True)
class Plan:
    """The workers of a run.

    Attributes:
        places: Where they run.
        note: How many there are and why, for a person; ``""`` where there is nothing to say.
    """

    places: tuple[Place, ...]
    note: str = ""


def places_for(
    config: SearchConfig, machine: Machine, devices: ChosenDevices | None = None
) -> Plan:
    """Decides where the workers of a run are.

    Several workers share the cores evenly, each pinned to its own: threads that wander
    between cores, and more threads than cores, cost small models more than they bring.

    Args:
        config: What was asked for; its `workers` is not 0.
        machine: What there is.
        devices: What trials are trained on; None for the CPU as it is.

    Raises:
        UserInputError: If so many workers cannot run here.
    """
    on_devices = None if devices is None else devices.workers(config.workers)
    if on_devices is None:
        count, note = worker_count(config.workers, machine)
    else:
        count, note = on_devices, f"{on_devices} worker(s): one a trial on the devices."
    several = config.backend != "tensorflow"
    jobs = (TRAINING,) if several else ()
    places = [
        Place(
            config.backend,
            jobs,
            cores,
            (
                *thread_variables(len(cores)),
                *(() if devices is None else devices.environment(number, count)),
            ),
        )
        for number, cores in enumerate(shares(machine.cores, count))
    ]
    if several:
        # Converters need TensorFlow, which a worker that trains elsewhere never imports.
        places.append(Place("tensorflow", (OTHERS,), environment=without_devices("tensorflow")))
    return Plan(tuple(places), note)


def worker_count(asked: int | str, machine: Machine) -> tuple[int, str]:
    """Returns how many workers train, and why if that is not plainly what was asked for.

    Args:
        asked: A number from 1, or ``"auto"``: one a core, as far as the memory goes.
        machine: What there is.

    Raises:
        UserInputError: If the number is out of all proportion to the machine.
    """
    cores, fit = len(machine.cores), max(1, machine.memory // WORKER_MEMORY)
    free = f"{format_size(machine.memory)} of free memory, about 1 GB a worker"
    if asked == AUTO:
        count = min(cores, fit)
        why = f"{cores} core(s)" if count == cores else free
        return count, f"{count} worker(s): {why} (--workers auto)."
    count = int(asked)
    check_workers(count, cores)
    if count > fit:
        return fit, f"{fit} worker(s) instead of {count}: {free}."
    if count > cores:
        return count, f"{count} workers share {cores} core(s): --workers auto would be faster."
    return count, ""


def shares(cores: Sequence[int], count: int) -> list[tuple[int, ...]]:
    """Divides cores among workers; one worker, or more workers than cores, keep to none."""
    if count == 1 or count > len(cores):
        return [()] * count
    ends = [len(cores) * number // count for number in range(count + 1)]
    return [tuple(cores[a:b]) for a, b in pairwise(ends)]


def thread_variables(threads: int) -> tuple[tuple[str, str], ...]:
    """Returns environment variables that keep a worker to so many threads; none for 0."""
    if threads < 1:
        return ()
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    tensorflow = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")
    return tuple((name, str(threads)) for name in (*names, *tensorflow))


def make_executor(
    config: SearchConfig, folder: Path, note: Callable[[str], None] = lambda text: None
) -> Executor:
    """Returns what runs the jobs of a search, to be closed.

    Args:
        config: What to search.
        folder: The run's folder.
        note: Hears how many workers there are, and why.

    Raises:
        UserInputError: If so many workers cannot run here.
    """
    from search_spaces.foreign.held import is_held

    if config.workers == 0 or any(is_held(name) for name in config.space):
        from automl.execution.inprocess import InProcessExecutor

        return InProcessExecutor(folder)
    if config.ray:
        from automl.execution.cluster.making import make_ray_executor

        return make_ray_executor(config, folder, note)
    from automl.execution.processes import ProcessExecutor

    plan = places_for(config, this_machine(), choose_devices(config))
    if plan.note:
        note(plan.note)
    return ProcessExecutor(folder, plan.places, joinable=True)


def later_executor(folder: Path) -> Executor:
    """Returns one worker for what is done with a run after its search, to be closed.

    It is TensorFlow's, which converts and which reads the models of every backend.
    """
    from automl.execution.processes import ProcessExecutor

    return ProcessExecutor(folder, (Place(),))
