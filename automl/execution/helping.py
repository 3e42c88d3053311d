"""Workers for a run that another command of this machine leads: `--join`.

Each worker is started here and connected to that command, which hands it jobs as it
does to its own. A worker that dies is replaced as long as somebody answers the door.
"""

from __future__ import annotations

import select
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from automl.config import SearchConfig
from automl.errors import ConfigChangedError, UserInputError, WorkerDiedError
from automl.execution.guests import knock
from automl.execution.links import WORKER, start_worker
from automl.execution.machine import this_machine
from automl.execution.places import Place
from automl.execution.planning import places_for
from automl.folders import with_budget_of
from automl.hardware.choosing import choose_devices
from automl.records.lock import holder
from automl.records.store import RunStore
from automl.tuning.observer import Observer
from automl.versions import versions

#: Seconds between two looks at a worker.
PAUSE = 0.2
#: A worker that ends this soon has not come to work.
SHORT = 5.0
#: That many of them in a row: it is not worth another.
MAX_SHORT = 3
#: Hanging up, from either side. Linux tells it by the first of these, macOS by the second.
_HUNG_UP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class Helper:
    """One worker and its line to the command that leads the run.

    Args:
        run: The run's folder.
        place: Where it runs and which jobs it takes.
        module: What the process runs.
    """

    def __init__(self, run: Path, place: Place, module: str = WORKER) -> None:
        self._run, self._place, self._module = run, place, module
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._short = 0

    def begin(self) -> bool:
        """Starts a worker; returns False if nobody answers the door."""
        line = knock(self._run)
        if line is None:
            return False
        number = line.fileno()
        self._process = start_worker(self._run, self._place, number, number, self._module)
        self._line, self._began = line, time.monotonic()
        return True

    def works(self) -> bool:
        """Looks after the worker and returns whether it goes on.

        Raises:
            WorkerDiedError: If workers end as soon as they are started.
        """
        if self._process is None or self._line is None:
            return False
        poll = select.poll()
        poll.register(self._line, _HUNG_UP)
        if self._process.poll() is None and not poll.poll(0):
            return True
        code = self._process.poll()
        short = code not in (None, 0) and time.monotonic() - self._began < SHORT
        self._short = self._short + 1 if short else 0
        self.end()
        if self._short >= MAX_SHORT:
            raise WorkerDiedError(
                f"The worker cannot be run here (exit code {code}). Its own output is in"
                f" {self._run / 'worker.log'}; automl doctor checks the installation."
            )
        return self.begin()

    def end(self) -> None:
        """Ends the worker."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.kill()
            self._process.wait()
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
            self._line.close()
        self._process = self._line = None


def help_run(
    folder: Path, workers: int | str = 1, observer: Observer | None = None, module: str = WORKER
) -> None:
    """Works on a run that another command leads, until that ends.

    Args:
        folder: The run's folder.
        workers: Number of worker processes, or ``"auto"``; 0 counts as 1.
        observer: Is told what happens.
        module: What a worker process runs.

    Raises:
        UserInputError: If no command works on the run, or it was begun with other
            versions of what computes.
        WorkerDiedError: If workers cannot be run.
    """
    observer = observer or Observer()
    with RunStore(folder) as store:
        begun, theirs = store.fact("config"), store.fact("versions")
    ours = versions((begun or {}).get("backend", "tensorflow"))
    if begun is None or theirs != ours:
        raise UserInputError(
            f"--join needs the versions that {folder} was begun with, for results that compare."
            f" There: {_shown(theirs)}. Here: {_shown(ours)}."
        )
    config = replace(SearchConfig.from_dict(begun), workers=workers or 1)
    plan = places_for(config, this_machine(), choose_devices(config))
    # The command that leads converts and measures: those who join train.
    helpers = [Helper(folder, place, module) for place in plan.places if place.trains]
    began = [helper for helper in helpers if helper.begin()]
    if not began:
        raise UserInputError(
            f"--join helps a search that is going on. None that can be joined works on {folder};"
            " leave --join out to begin or resume it."
        )
    if plan.note:
        observer.note(plan.note)
    observer.note(f"Helping the search in {folder} with {len(began)} worker(s).")
    try:
        while began:
            time.sleep(PAUSE)
            began = [helper for helper in began if helper.works()]
    finally:
        for helper in helpers:
            helper.end()
    while holder(folder) is not None:
        time.sleep(PAUSE)  # It is still writing its report.


def check_same(folder: Path, config: SearchConfig) -> None:
    """Checks that a run is the one that a command describes.

    Raises:
        ConfigChangedError: If it is another one; budgets are not compared.
    """
    with RunStore(folder) as store:
        known = SearchConfig.from_dict(store.fact("config"))
    if differences := known.differences(with_budget_of(config, known)):
        raise ConfigChangedError(
            f"{folder} holds a run of another configuration ({'; '.join(differences)})."
            " --join takes the options of the command that it helps."
        )


def _shown(found: dict[str, str] | None) -> str:
    return ", ".join(f"{name} {version}" for name, version in (found or {}).items()) or "none"
