"""The role of an executor: takes jobs, hands back what came of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Any, Self

from automl import errors
from automl.errors import AutomlError, WorkerDiedError


class EventKind(StrEnum):
    """What an executor reports of a job."""

    PROGRESS = "progress"  #: something on the way
    DONE = "done"  #: the job's result
    ERROR = "error"  #: the job raised
    DIED = "died"  #: the worker ended in the middle of the job


@dataclass(frozen=True)
class JobEvent:
    """One report.

    Attributes:
        job: Number that `submit` gave.
        kind: What happened.
        result: The message: a result, or ``type``, ``message``, ``traceback``. Of
            a worker's end, ``timed_out`` if it was for taking too long.
    """

    job: int
    kind: EventKind
    result: dict[str, Any]

    @property
    def final(self) -> bool:
        """Whether this is the last report of its job."""
        return self.kind is not EventKind.PROGRESS


class Executor(ABC):
    """Runs jobs; each submitted job ends with exactly one final event."""

    @property
    def trials_at_once(self) -> int:
        """Trials that may be open, so that no worker is idle; it changes as workers come and go."""
        return 1

    @abstractmethod
    def submit(self, name: str, args: dict[str, Any]) -> int:
        """Hands over a job and returns its number at once."""

    @abstractmethod
    def next_event(self, timeout: float | None = None) -> JobEvent | None:
        """Waits for the next event; None after `timeout` seconds without one."""

    @abstractmethod
    def close(self) -> None:
        """Ends every worker; jobs in hand are lost."""

    def run(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        """Runs one job to its end while nothing else is submitted.

        Raises:
            AutomlError: The kind the job raised, or `WorkerDiedError`.
        """
        job = self.submit(name, args)
        while True:
            event = self.next_event()
            if event is not None and event.job == job and event.final:
                if event.kind is EventKind.DONE:
                    return event.result
                raise error_of(event)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def error_of(event: JobEvent) -> AutomlError:
    """Returns the exception that a failed job's event stands for."""
    if event.kind is EventKind.DIED:
        return WorkerDiedError(event.result["message"])
    kind = getattr(errors, event.result["type"], None)
    if isinstance(kind, type) and issubclass(kind, AutomlError):
        return kind(event.result["message"])
    error = AutomlError(f"{event.result['type']}: {event.result['message']}")
    error.__cause__ = RuntimeError(event.result["traceback"])
    return error
