"""Finds what the machine has; a backend is asked only where there is something to ask for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from automl.hardware.asking import ask as ask_backend
from automl.hardware.devices import BackendDevices, Hardware
from automl.hardware.nvidia import find_gpus
from automl.hardware.processor import find_processor
from automl.hardware.tpus import find_tpus

#: Where the drivers of AMD's GPUs and of Windows' Linux are.
_OTHER_DRIVERS = (Path("/dev/kfd"), Path("/dev/dxg"))


def may_hide_accelerators() -> bool:
    """Returns whether there may be accelerators that only a backend can tell of."""
    return sys.platform != "linux" or any(path.exists() for path in _OTHER_DRIVERS)


def find_hardware(
    backends: Iterable[str] = (),
    *,
    always: bool = False,
    ask: Callable[[str], BackendDevices] = ask_backend,
) -> Hardware:
    """Looks at this machine.

    Takes milliseconds on a machine without accelerators, seconds for each backend on
    others: each is imported in a process of its own.

    Args:
        backends: Who is asked what it can use.
        always: Whether to ask also where no driver shows an accelerator: backends
            for other makers' devices know more.
        ask: How a backend is asked.
    """
    from automl.execution.machine import this_machine

    devices = (*find_gpus(), *find_tpus())
    cores = this_machine().cores
    name, formats = find_processor()
    asked = tuple(ask(backend) for backend in backends) if devices or always else ()
    return Hardware(len(cores), cores, name, formats, devices, asked)
