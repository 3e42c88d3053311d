"""What this machine lends to a search: CPU cores and memory, limits of a container heeded."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from automl.errors import UserInputError

#: Workers that are asked for are this many times the cores at most: a slip of the finger
#: would bring the machine to a standstill.
MOST_A_CORE = 8
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Machine:
    """CPU cores and memory.

    Attributes:
        cores: Numbers of the cores that this process may use, ascending.
        memory: Bytes that are not in use.
    """

    cores: tuple[int, ...]
    memory: int


def this_machine() -> Machine:
    """Returns what this process may use now."""
    return Machine(_usable_cores(), _free_memory())


def check_workers(count: int, cores: int | None = None) -> None:
    """Checks that so many workers are not out of all proportion to the machine.

    Args:
        count: Workers that were asked for.
        cores: CPU cores; None for those of this machine.

    Raises:
        UserInputError: If there are too many.
    """
    cores = cores or len(_usable_cores())
    if count > MOST_A_CORE * cores:
        raise UserInputError(
            f"--workers must be at most {MOST_A_CORE} a core. Received: {count} on {cores}"
            " core(s). Give --workers auto for one a core."
        )


def _usable_cores() -> tuple[int, ...]:
    """Returns the cores of this process's mask, as many of them as its container is given."""
    if hasattr(os, "sched_getaffinity"):
        cores = sorted(os.sched_getaffinity(0))
    else:
        cores = list(range(os.cpu_count() or 1))
    return tuple(cores[: max(1, _quota(_CGROUP) or len(cores))])


def _free_memory() -> int:
    """Returns the bytes that are free, in the system and in this process's container."""
    import psutil

    free = int(psutil.virtual_memory().available)
    limit, used = (_number(_CGROUP / name) for name in ("memory.max", "memory.current"))
    return free if limit is None or used is None else min(free, max(0, limit - used))


def _quota(folder: Path) -> int | None:
    """Returns the whole cores that a container may keep busy; None for no such bound."""
    try:
        share, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        return round(int(share) / int(period))
    except (OSError, ValueError):  # No container, or "max".
        return None


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
