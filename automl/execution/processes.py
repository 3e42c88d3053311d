"""The usual executor: worker processes, supervised and replaced when they die."""

from __future__ import annotations

import math
import queue
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from socket import socket
from typing import Any

from automl.errors import DiskFullError
from automl.execution.base import EventKind, Executor, JobEvent
from automl.execution.guests import Door, Guest
from automl.execution.links import WORKER, Child, Link, Said, Task
from automl.execution.places import Place

#: A worker whose resident set grows past this is replaced between two jobs.
MAX_RSS = 3_000_000_000
#: One whose trainings have left it larger by this is, too: TensorFlow keeps some
#: memory of every model.
MAX_GROWTH = 120_000_000
#: Bytes of a log that is begun anew.
MAX_LOG = 5_000_000


class ProcessExecutor(Executor):
    """Runs jobs in processes of their own, one a place, and in those that join.

    A job goes only to a worker whose place serves it.

    A job's argument ``limit`` is in seconds, see `automl.execution.limits`: a worker
    that does not keep it is killed, and the job's last event says ``timed_out``.

    Args:
        run: The run's folder; the workers' own output goes to its worker.log.
        places: Where its workers run. They start at once, as importing a
            backend takes seconds.
        max_rss: Bytes of resident memory after which a worker is replaced.
        joinable: Whether workers of other commands may join.
        module: What a worker process runs.
    """

    def __init__(
        self,
        run: Path,
        places: Sequence[Place] = (Place(),),
        max_rss: int = MAX_RSS,
        *,
        joinable: bool = False,
        module: str = WORKER,
    ) -> None:
        self._run, self._max_rss = run, max_rss
        self._module = module
        self._events: queue.SimpleQueue[Said] = queue.SimpleQueue()
        self._waiting: deque[Task] = deque()
        self._submitted = 0
        log = run / "worker.log"
        if log.exists() and log.stat().st_size > MAX_LOG:
            log.unlink()
        self._workers = [self._start(place) for place in places]
        self._guests: list[Guest] = []
        self._door: Door | None = None
        if joinable:
            # Where no socket can be made, nobody can join; the search itself needs none.
            with suppress(OSError):
                self._door = Door(run, self._admit)

    @property
    def guests(self) -> int:
        """Workers of other commands that have joined and are ready."""
        return len(self._guests)

    @property
    def trials_at_once(self) -> int:
        """Workers that train; one more where others measure, so that the next is measured then."""
        places = [link.place for link in self._links()]
        training = sum(place.trains for place in places)
        return max(1, training + any(not place.trains for place in places))

    def submit(self, name: str, args: dict[str, Any]) -> int:
        """Hands over a job; it starts as soon as a worker is free.

        Raises:
            ValueError: If it is a job that none of the workers takes.
        """
        if not self._serves(name):
            raise ValueError(f"No worker takes the job {name!r}.")
        self._submitted += 1
        task = Task(self._submitted, name, args)
        _ = task.request  # What is not JSON is refused here, not in a thread.
        self._waiting.append(task)
        self._assign()
        return self._submitted

    def next_event(self, timeout: float | None = None) -> JobEvent | None:
        """Waits for the next event of any job.

        Raises:
            DiskFullError: If a worker could not write for want of space.
        """
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            if event := self._overdue():
                return event
            now = time.monotonic()
            until = min(end, *(link.ends for link in self._links()), math.inf)
            try:
                link, message = self._events.get(
                    timeout=None if until == math.inf else max(0.0, until - now)
                )
            except queue.Empty:
                if time.monotonic() >= end:
                    return None
                continue
            found = self._ended(link) if message is None else self._heard(link, message)
            self._assign()
            if found is not None:
                return found

    def close(self) -> None:
        """Ends the workers; those of other commands are let go."""
        if self._door is not None:
            self._door.close()
            self._door = None
        for link in self._links():
            link.stop()
        self._workers, self._guests = [], []

    def pids(self) -> list[int]:
        """Returns the process ids of the workers."""
        return [worker.process.pid for worker in self._workers]

    def _links(self) -> Sequence[Link]:
        return [*self._workers, *self._guests]

    def _serves(self, name: str) -> bool:
        return any(link.place.serves(name) for link in self._links())

    def _start(self, place: Place) -> Child:
        return Child(self._run, place, self._events, self._module)

    def _admit(self, connection: socket) -> None:
        """Listens to a worker that came in by the door; it gets jobs once it is ready."""
        Guest(connection, self._events)

    def _assign(self) -> None:
        # Those that are ready go first: others still import their backend.
        idle = sorted(
            (link for link in self._links() if link.task is None), key=lambda link: not link.ready
        )
        for link in idle:
            if (task := self._next_for(link)) is not None:
                link.take(task)

    def _next_for(self, link: Link) -> Task | None:
        """Takes the first waiting job that a worker serves out of the queue; None if none does."""
        for task in self._waiting:
            if link.place.serves(task.name):
                self._waiting.remove(task)
                return task
        return None

    def _heard(self, link: Link, message: dict[str, Any]) -> JobEvent | None:
        if message["event"] == "ready":
            if isinstance(link, Guest) and self._door is not None:
                link.place = Place.from_json(message["place"])
                self._guests.append(link)
            link.started()
            return None
        if link.task is None or message["id"] != link.task.job:
            return None  # Of a job that was ended.
        event = JobEvent(message["id"], EventKind(message["event"]), message["result"])
        if not event.final:
            return event
        trained = link.task.name == "train"
        link.finished()
        if event.kind is EventKind.ERROR:
            return self._failed(link, event)
        if isinstance(link, Child) and self._has_grown(link, message["rss"], trained):
            self._replace(link)
        return event

    def _has_grown(self, link: Link, rss: int, trained: bool) -> bool:
        """Returns whether a worker is to be replaced, by its resident set after a job."""
        if trained and link.settled is None:
            link.settled = rss  # Data and caches are in by now.
        grown = trained and link.settled is not None and rss - link.settled > MAX_GROWTH
        return grown or rss > self._max_rss

    def _failed(self, link: Link, event: JobEvent) -> JobEvent:
        """Tells a job's own failure from that of the machine."""
        result = event.result
        if result.get("no_disk"):
            raise DiskFullError(
                f"A worker could not write: {result['message'].strip().partition(chr(10))[0]}."
                " Everything finished is kept; free some space and give the same command again."
            )
        if not result.get("no_memory"):
            return event
        # What it has taken so far is not given back in pieces: another gets a fresh start.
        self._replace(link)
        line = result["message"].strip().partition("\n")[0]
        message = f"the worker ran out of memory ({result['type']}: {line})."
        died = {"message": message, "traceback": result["traceback"]}
        return JobEvent(event.job, EventKind.DIED, died)

    def _overdue(self) -> JobEvent | None:
        """Ends a job that has had its time, with its worker."""
        for link in self._links():
            if (reason := link.overdue()) and link.task is not None:
                job = link.task.job
                self._replace(link)
                self._assign()
                result = {"message": reason, "traceback": "", "timed_out": True}
                return JobEvent(job, EventKind.DIED, result)
        return None

    def _ended(self, link: Link) -> JobEvent | None:
        if link not in self._links():
            return None  # Stopped on purpose.
        task, (cause, report) = link.task, link.death()
        if task is None and not link.served and isinstance(link, Child):
            # It would die again: the fault is in the installation, not in a job.
            task = self._next_for(link)
        self._replace(link)
        if task is None:
            return None
        if isinstance(link, Guest) and task.attempts == 1:
            # Whoever joined may leave in the middle of a job: it is nobody's fault.
            self._waiting.appendleft(task)
            return None
        return JobEvent(task.job, EventKind.DIED, {"message": cause, "traceback": report})

    def _replace(self, link: Link) -> None:
        link.stop()
        if isinstance(link, Guest):
            self._guests.remove(link)
        elif isinstance(link, Child):
            self._workers[self._workers.index(link)] = self._start(link.place)
