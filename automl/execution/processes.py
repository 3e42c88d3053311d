"""The usual executor: worker processes, supervised and replaced when they die."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

from automl.execution.base import EventKind, Executor, JobEvent

#: A worker whose resident set grows past this is replaced between two jobs.
MAX_RSS = 3_000_000_000


class ProcessExecutor(Executor):
    """Runs jobs in `workers` processes of their own.

    Args:
        run: The run's folder; the workers' own output goes to its worker.log.
        workers: Number of processes. They start at once, as importing a
            backend takes seconds.
        backend: Keras backend of the workers.
        max_rss: Bytes of resident memory after which a worker is replaced.
    """

    def __init__(
        self, run: Path, workers: int = 1, backend: str = "tensorflow", max_rss: int = MAX_RSS
    ) -> None:
        self._run, self._backend, self._max_rss = run, backend, max_rss
        self._events: queue.SimpleQueue[tuple[_Worker, dict[str, Any] | None]] = queue.SimpleQueue()
        self._waiting: deque[tuple[int, str]] = deque()
        self._submitted = 0
        self._workers = [self._start() for _ in range(workers)]

    def submit(self, name: str, args: dict[str, Any]) -> int:
        """Hands over a job; it starts as soon as a worker is free."""
        self._submitted += 1
        request = json.dumps({"id": self._submitted, "job": name, "args": args})
        self._waiting.append((self._submitted, request))
        self._assign()
        return self._submitted

    def next_event(self, timeout: float | None = None) -> JobEvent | None:
        """Waits for the next event of any job."""
        while True:
            try:
                worker, message = self._events.get(timeout=timeout)
            except queue.Empty:
                return None
            event = self._ended(worker) if message is None else self._heard(worker, message)
            self._assign()
            if event is not None:
                return event

    def close(self) -> None:
        """Ends the workers."""
        for worker in self._workers:
            worker.stop()
        self._workers = []

    def pids(self) -> list[int]:
        """Returns the process ids of the workers."""
        return [worker.process.pid for worker in self._workers]

    def _start(self) -> _Worker:
        return _Worker(self._run, self._backend, self._events)

    def _assign(self) -> None:
        for worker in self._workers:
            if worker.job is None and self._waiting:
                worker.take(*self._waiting.popleft())

    def _heard(self, worker: _Worker, message: dict[str, Any]) -> JobEvent | None:
        if message["event"] == "ready":
            return None
        event = JobEvent(message["id"], EventKind(message["event"]), message["result"])
        if event.final:
            worker.job = None
            if message["rss"] > self._max_rss:
                self._replace(worker)
        return event

    def _ended(self, worker: _Worker) -> JobEvent | None:
        if worker not in self._workers:
            return None  # Stopped on purpose.
        job, cause = worker.job, worker.cause_of_death()
        if job is None and not worker.served:
            # It would die again: the fault is in the installation, not in a job.
            job = self._waiting.popleft()[0] if self._waiting else None
        self._replace(worker)
        return None if job is None else JobEvent(job, EventKind.DIED, {"message": cause})

    def _replace(self, worker: _Worker) -> None:
        worker.stop()
        self._workers[self._workers.index(worker)] = self._start()


class _Worker:
    """One process and the pipes to it."""

    def __init__(
        self,
        run: Path,
        backend: str,
        events: queue.SimpleQueue[tuple[_Worker, dict[str, Any] | None]],
    ) -> None:
        self.job: int | None = None
        self.served = False
        self._log = run / "worker.log"
        job_read, job_write = os.pipe()
        answer_read, answer_write = os.pipe()
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "automl.execution.worker"),
                    *(str(run), str(job_read), str(answer_write)),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(job_read, answer_write),
                # Ctrl-C in a terminal goes to the whole group: the driver
                # decides what it means.
                start_new_session=True,
                env=os.environ
                | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUNBUFFERED": "1"}
                # With -P: the modules the driver sees, extensions too, and no file
                # of the working folder that happens to be called random.py.
                | {"PYTHONPATH": os.pathsep.join(folder or str(Path.cwd()) for folder in sys.path)},
            )
        os.close(job_read)
        os.close(answer_write)
        self._jobs = os.fdopen(job_write, "w", encoding="utf-8")
        self._answers = answer_read
        threading.Thread(target=self._listen, args=(events,), daemon=True).start()

    def take(self, job: int, request: str) -> None:
        """Starts a job; a dead process is noticed by the listener, not here."""
        self.job, self.served = job, True
        with suppress(BrokenPipeError):
            self._jobs.write(request + "\n")
            self._jobs.flush()

    def stop(self) -> None:
        """Kills the process; its work is in the store or lost anyway."""
        with suppress(BrokenPipeError):
            self._jobs.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def cause_of_death(self) -> str:
        """Returns how the process ended, with the last line it wrote."""
        code = self.process.wait()
        how = f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
        if code == -signal.SIGKILL:
            how += ", as the system does when memory runs out"
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = f" Its last words: {lines[-1][:200]}" if lines and code >= 0 else ""
        return f"the worker process ended ({how}).{last}"

    def _listen(self, events: queue.SimpleQueue[tuple[_Worker, dict[str, Any] | None]]) -> None:
        # A process that is killed in the middle of a line leaves half of it.
        with os.fdopen(self._answers, "r", encoding="utf-8") as lines, suppress(ValueError):
            for line in lines:
                events.put((self, json.loads(line)))
        events.put((self, None))
