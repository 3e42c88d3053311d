"""Many workers on a simulated clock: what a driver keeps busy, without training anything."""

from __future__ import annotations

import heapq
import itertools
import json
import math
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automl.execution.base import EventKind, Executor, JobEvent

#: Epochs of a training between two reports of it.
REPORTED = 1


@dataclass(frozen=True)
class Training:
    """How long made-up jobs take: seconds, each configuration's own.

    Attributes:
        median: Of a whole training.
        sigma: Of the logarithm of that.
        gate: To build, convert and measure a candidate.
        start: Of every training, before its first epoch.
    """

    median: float = 40.0
    sigma: float = 0.8
    gate: float = 1.5
    start: float = 2.0

    def seconds(self, values: dict[str, Any]) -> float:
        """Returns the seconds of a configuration's whole training."""
        chance = random.Random(json.dumps(values, sort_keys=True))
        return self.median * math.exp(chance.gauss(0.0, self.sigma))


class SimulatedWorkers(Executor):
    """Runs jobs on a clock that is put forward, as so many workers would.

    The driver's own work is real, and the clock goes on by the time that it takes of
    the processor: meanwhile a worker that is done waits for its next job. As with real
    workers, a job that waits is handed over when the driver looks at its events.

    Args:
        count: Workers.
        folder: The run's folder, where trainings leave what stands for a model.
        score: Values -> validation accuracy of a whole training.
        training: How long jobs take.

    Attributes:
        events: Reports that the driver was given, by kind.
    """

    def __init__(
        self,
        count: int,
        folder: Path,
        score: Callable[[dict[str, Any]], float],
        training: Training,
    ) -> None:
        self.events: dict[str, int] = {}
        self._count, self._folder, self._score, self._training = count, folder, score, training
        self._free = count
        self._waiting: deque[tuple[int, str, dict[str, Any]]] = deque()
        #: When, in which order, what of which job.
        self._coming: list[tuple[float, int, JobEvent]] = []
        self._order = itertools.count()
        self._jobs = 0
        self._driver = 0.0
        self._clock, self._mark = 0.0, time.process_time()
        self._changes: list[tuple[float, int]] = []
        self._last_new = 0.0

    @property
    def trials_at_once(self) -> int:
        """As many as there are workers."""
        return self._count

    @property
    def driver_seconds(self) -> float:
        """Processor time of everything but the simulation itself."""
        return self._driver

    def submit(self, name: str, args: dict[str, Any]) -> int:
        """Hands over a job, which a free worker begins at once."""
        self._catch_up()
        self._jobs += 1
        if name == "gate":
            self._last_new = self._clock
        self._waiting.append((self._jobs, name, args))
        self._assign()
        self._mark = time.process_time()
        return self._jobs

    def next_event(self, timeout: float | None = None) -> JobEvent | None:
        """Puts the clock forward to the next event, by `timeout` at most."""
        self._catch_up()
        self._assign()
        event = self._next(math.inf if timeout is None else timeout)
        self._mark = time.process_time()
        return event

    def close(self) -> None:
        """Drops what is not done."""
        self._waiting.clear()
        self._coming.clear()

    @property
    def seconds(self) -> float:
        """What the clock says."""
        return self._clock

    def busy(self) -> float:
        """Returns the share of the workers' time that went into jobs, while trials were begun.

        After the last new candidate nothing is left for those who are done.
        """
        worked, at_work, since = 0.0, 0, 0.0
        for when, change in sorted(self._changes):
            until = min(when, self._last_new)
            worked += at_work * (until - since)
            at_work, since = at_work + change, until
        return worked / (self._count * self._last_new) if self._last_new else 0.0

    def _catch_up(self) -> None:
        taken = time.process_time() - self._mark
        self._driver += taken
        self._clock += taken

    def _assign(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            self._changes.append((self._clock, 1))
            self._begin(*self._waiting.popleft())

    def _begin(self, job: int, name: str, args: dict[str, Any]) -> None:
        if name == "gate":
            size = 1_000 + int(9_000 * random.Random(repr(args["values"])).random())
            measures = {"params": size, "flops": 2 * size, "size": size, "gzip_size": size}
            self._put(
                self._clock + self._training.gate,
                JobEvent(job, EventKind.DONE, measures | {"latency_ms": None, "recipe": "int8"}),
            )
            return
        self._train(job, args)

    def _train(self, job: int, args: dict[str, Any]) -> None:
        values, epochs = args["values"], args["epochs"]
        pace = self._training.seconds(values) / epochs
        file = self._folder / str(args.get("resume_file"))
        first = int(file.read_text()) if args.get("resume_file") else 0
        until, now = min(args.get("until") or epochs, epochs), self._clock + self._training.start
        for epoch in range(first, until, REPORTED):
            now += pace * REPORTED
            told = {"epoch": epoch, "metrics": self._metrics(values, (epoch + 1) / epochs)}
            self._put(now, JobEvent(job, EventKind.PROGRESS, told))
        paused = until < epochs and "pause_file" in args
        file = self._folder / args["pause_file" if paused else "model_file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(until))
        result = {"metrics": self._metrics(values, until / epochs), "epochs": until, "reason": ""}
        result |= {"paused": paused, "error": 0.01, "copied": "", "epoch_seconds": pace}
        self._put(now, JobEvent(job, EventKind.DONE, result))

    def _metrics(self, values: dict[str, Any], share: float) -> dict[str, float]:
        reached = self._score(values) * (1.0 - 0.5 * math.exp(-5.0 * share))
        return {"val_accuracy": reached, "val_loss": 1.0 - reached}

    def _put(self, when: float, event: JobEvent) -> None:
        heapq.heappush(self._coming, (when, next(self._order), event))

    def _next(self, timeout: float) -> JobEvent | None:
        if not self._coming or self._coming[0][0] > self._clock + timeout:
            if timeout < math.inf:
                self._clock += timeout
            return None
        when, _, event = heapq.heappop(self._coming)
        if event.final:
            self._free += 1
            self._changes.append((when, -1))
        self._clock = max(self._clock, when)
        self.events[event.kind] = self.events.get(event.kind, 0) + 1
        return event
