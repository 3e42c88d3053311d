"""A worker as the executor sees it: wherever its process is, and whoever started it."""

from __future__ import annotations

import json
import math
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from automl.execution.failures import crash_place, crash_report
from automl.execution.limits import hard_limit, timed_out
from automl.execution.places import Place

#: Bytes of a log's end that are searched for what a worker said last.
TAIL = 64_000
#: The module that a worker process runs.
WORKER = "automl.execution.worker"


@dataclass
class Task:
    """A job on its way to a worker.

    Attributes:
        job: Its number.
        name: What is to be done.
        args: With what.
        attempts: How often a worker has taken it up.
    """

    job: int
    name: str
    args: dict[str, Any]
    attempts: int = 0

    @property
    def request(self) -> str:
        """The line that a worker is sent."""
        return json.dumps({"id": self.job, "job": self.name, "args": self.args})


#: Who said something, and what; None for the end of the connection.
Said = tuple["Link", dict[str, Any] | None]


class Link(ABC):
    """One worker: what it has in hand, and how to reach and end it.

    Args:
        events: Where everything that the worker says goes.
        place: Where it runs and which jobs it takes.

    Attributes:
        place: The same; of one that has joined, known once it is ready.
        task: The job in hand, or None.
        ready: Whether it has imported what it needs.
        served: Whether it was ever given a job.
        settled: Bytes of its resident set after its first training; None before.
    """

    def __init__(self, events: queue.SimpleQueue[Said], place: Place) -> None:
        self.place = place
        self.task: Task | None = None
        self.ready = False
        self.served = False
        self.settled: int | None = None
        self._events = events
        self._began = math.inf
        self._jobs: TextIO

    def take(self, task: Task) -> None:
        """Starts a job; that the other end is dead is noticed by the listener, not here."""
        self.task, self.served = task, True
        task.attempts += 1
        self._began = time.monotonic() if self.ready else math.inf
        with suppress(OSError):
            self._jobs.write(task.request + "\n")
            self._jobs.flush()

    def started(self) -> None:
        """Notes that the worker has imported what it needs: a job's time counts from now."""
        self.ready = True
        if self.task is not None:
            self._began = time.monotonic()

    def finished(self) -> None:
        """Notes that the job in hand is done."""
        self.task, self._began = None, math.inf

    @property
    def ends(self) -> float:
        """When the job in hand is ended by force, of `time.monotonic`; infinite for never."""
        return math.inf if self.task is None else self._began + hard_limit(self.task.args)

    def overdue(self) -> str:
        """Returns why the job in hand has to be ended; ``""`` if it has not."""
        if self.task is None or time.monotonic() < self.ends:
            return ""
        return timed_out(self.task.args)

    @abstractmethod
    def stop(self) -> None:
        """Ends the worker at once; its work is in the store or lost anyway."""

    @abstractmethod
    def death(self) -> tuple[str, str]:
        """Returns how the worker ended, in words, and its traceback if it left one."""

    def _listen(self, lines: Iterable[str]) -> None:
        """Passes on what the worker says until it falls silent; runs in a thread of its own."""
        # A process that is killed in the middle of a line leaves half of it.
        with suppress(ValueError, OSError):
            for line in lines:
                self._events.put((self, json.loads(line)))
        self._events.put((self, None))


class Child(Link):
    """A process of this machine that the executor itself has started.

    Args:
        run: The run's folder.
        place: Where it runs and which jobs it takes.
        events: Where everything that the worker says goes.
        module: What the process runs.
    """

    def __init__(
        self, run: Path, place: Place, events: queue.SimpleQueue[Said], module: str = WORKER
    ) -> None:
        super().__init__(events, place)
        self._log = run / "worker.log"
        job_read, job_write = os.pipe()
        answer_read, answer_write = os.pipe()
        self.process = start_worker(run, place, job_read, answer_write, module)
        self._logged = self._log.stat().st_size
        os.close(job_read)
        os.close(answer_write)
        self._jobs = os.fdopen(job_write, "w", encoding="utf-8")
        lines = os.fdopen(answer_read, "r", encoding="utf-8")
        threading.Thread(target=self._hear, args=(lines,), daemon=True).start()

    def _hear(self, lines: TextIO) -> None:
        with lines:
            self._listen(lines)

    def stop(self) -> None:
        """Kills the process."""
        with suppress(OSError):
            self._jobs.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def death(self) -> tuple[str, str]:
        """Returns how the process ended, with the last line it wrote."""
        code, log = self.process.wait(), self._tail()
        report = crash_report(log)
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        if code == -signal.SIGKILL:
            how += ", as the system does when memory runs out"
        elif place := crash_place(report):
            how += f", {place}"
        lines = log.strip().splitlines()
        last = f" Its last words: {lines[-1][:200]}" if lines and code >= 0 else ""
        return f"the worker process ended ({how}).{last}", report

    def _tail(self) -> str:
        """Returns the end of what was written to the log since the process began."""
        with self._log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._logged, size - TAIL))
            return log.read().decode(errors="replace")


def start_worker(
    run: Path, place: Place, in_fd: int, out_fd: int, module: str = WORKER
) -> subprocess.Popen[bytes]:
    """Starts a worker that reads jobs from one descriptor and answers into the other.

    Args:
        run: The run's folder; what the worker prints goes to its worker.log.
        place: Where it runs and which jobs it takes.
        in_fd: Where jobs come from.
        out_fd: Where answers go.
        module: What the process runs.
    """
    with (run / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", module),
                *(str(run), str(in_fd), str(out_fd), place.to_json()),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(in_fd, out_fd),
            # Ctrl-C in a terminal goes to the whole group: the driver
            # decides what it means.
            start_new_session=True,
            env=os.environ
            | {"KERAS_BACKEND": place.backend, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1"}
            # With -P: the modules the driver sees, extensions too, and no file
            # of the working folder that happens to be called random.py.
            | {"PYTHONPATH": os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)}
            | dict(place.environment),
        )
