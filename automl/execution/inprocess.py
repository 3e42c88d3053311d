"""The executor for debugging and notebooks: jobs run in this very process."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

from automl.execution.base import EventKind, Executor, JobEvent
from automl.execution.context import JobContext
from automl.execution.failures import described
from automl.execution.jobs import run_job
from automl.execution.limits import with_deadline, with_reason
from automl.records.disk import disk_full_error


class InProcessExecutor(Executor):
    """Runs each job when its events are asked for; a crash takes everything along.

    Args:
        run: The run's folder.
    """

    def __init__(self, run: Path) -> None:
        self._context = JobContext(run, emit=lambda message: None)
        self._waiting: deque[tuple[int, str, dict[str, Any]]] = deque()
        self._events: deque[JobEvent] = deque()
        self._submitted = 0

    def submit(self, name: str, args: dict[str, Any]) -> int:
        """Queues a job."""
        self._submitted += 1
        self._waiting.append((self._submitted, name, args))
        return self._submitted

    def next_event(self, timeout: float | None = None) -> JobEvent | None:
        """Runs the next job to its end if no event is left, then returns one."""
        if not self._events and self._waiting:
            self._run(*self._waiting.popleft())
        return self._events.popleft() if self._events else None

    def close(self) -> None:
        """Drops what is queued."""
        self._waiting.clear()
        self._events.clear()

    def _run(self, job: int, name: str, args: dict[str, Any]) -> None:
        self._context.emit = lambda message: self._events.append(
            JobEvent(job, EventKind.PROGRESS, message)
        )
        given = with_deadline(args)
        try:
            result = with_reason(run_job(name, given, self._context), args, given)
        except Exception as error:  # Same contract as a worker process.
            record = described(error)
            if record["no_disk"]:
                raise disk_full_error(self._context.run, error) from error
            self._events.append(JobEvent(job, EventKind.ERROR, record))
        else:
            self._events.append(JobEvent(job, EventKind.DONE, result))
