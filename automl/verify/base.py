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


class Runtime(ABC):
    """Runs exported files of some formats."""

    #: Name in the registry and in the report.
    name: ClassVar[str]
    #: Names of the exporters whose files it runs.
    formats: ClassVar[tuple[str, ...]]
    #: Whether `run` loads native code into the calling process, so that the
    #: caller must run it in a process it can lose.
    in_process: ClassVar[bool]

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
