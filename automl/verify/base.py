"""The role of a runtime: run an exported file the way its user would."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import numpy as np

    from automl.data.base import Examples


@dataclass(frozen=True, eq=False)
class RuntimeResult:
    """What a file computed and how long it took.

    Attributes:
        outputs: float32, examples x units, in the order of the inputs.
        latency_ms: Median time of one call with one example, warm, in
            milliseconds.
        latency_p95_ms: 95th percentile of the same calls.
    """

    outputs: np.ndarray
    latency_ms: float
    latency_p95_ms: float


@dataclass(frozen=True)
class OperatorTime:
    """What one operator of a file takes.

    Attributes:
        name: Which: its output's name, or its number.
        kind: What it computes, e.g. ``CONV_2D``.
        latency_ms: Milliseconds of one call.
    """

    name: str
    kind: str
    latency_ms: float


@dataclass(frozen=True)
class Timing:
    """What one example costs in a runtime, warm.

    Attributes:
        threads: Number of threads.
        latency_ms: Median milliseconds of one call.
        latency_p95_ms: 95th percentile of the same.
        load_ms: Milliseconds from the file to a model that is ready; None
            where it was not measured.
        memory: Bytes of memory at most, over what the idle runtime has; None
            where it was not measured.
        operators: What each operator takes, in the order they run; empty where
            nobody asked or the runtime does not say.
    """

    threads: int
    latency_ms: float
    latency_p95_ms: float
    load_ms: float | None = None
    memory: int | None = None
    operators: tuple[OperatorTime, ...] = ()


class Runtime(ABC):
    """Runs exported files of some formats."""

    #: Name in the registry and in the report.
    name: ClassVar[str]
    #: Names of the exporters whose files it runs.
    formats: ClassVar[tuple[str, ...]]
    #: Whether `run` loads native code into the calling process, so that the
    #: caller must run it in a process it can lose.
    in_process: ClassVar[bool]
    #: Whether every file of its formats is run in it, or only where it is named.
    by_default: ClassVar[bool] = True
    #: Whether it can use several threads.
    threaded: ClassVar[bool] = False

    @abstractmethod
    def missing(self) -> str | None:
        """Returns why the runtime cannot be used here and how to get it, or None."""

    @abstractmethod
    def run(self, path: Path, inputs: Examples) -> RuntimeResult:
        """Runs the file on every input.

        Args:
            path: The file an exporter returned.
            inputs: Raw examples, examples x shape, of any type that holds whole
                numbers or float32; in memory or on disk.

        Raises:
            VerificationError: If the runtime refuses or fails to run the file.
        """

    def ram(self, path: Path) -> int | None:
        """Returns the bytes that running a file takes beside it; None if that is not known."""
        return None

    def time(
        self, path: Path, example: np.ndarray, threads: int = 1, *, profile: bool = False
    ) -> Timing:
        """Measures what one example costs, in a process or page of its own.

        Args:
            path: The file an exporter returned.
            example: Raw examples, of which the first is run: 1 x shape.
            threads: Number of threads; 1 unless the runtime is `threaded`.
            profile: Whether each operator is measured too, where the runtime can.

        Raises:
            VerificationError: If the runtime refuses or fails to run the file.
        """
        result = self.run(path, example)
        return Timing(threads, result.latency_ms, result.latency_p95_ms)
