"""What an exported file costs: latency by runtime and threads, memory, operators."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from automl.errors import MissingPartError, UserInputError, VerificationError
from automl.registry import RUNTIMES
from automl.verify.base import Timing
from automl.verify.beside import exported_file, format_of
from automl.verify.feeding import example_for
from automl.verify.finding import runtimes_for

THREADS = (1, 2, 4)


@dataclass(frozen=True)
class Row:
    """One measurement.

    Attributes:
        runtime: Registry name of the runtime.
        threads: Number of threads.
        timing: What was measured; None where nothing could be.
        reason: Why not.
    """

    runtime: str
    threads: int
    timing: Timing | None = None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary."""
        record: dict[str, Any] = {"runtime": self.runtime, "threads": self.threads}
        if self.timing is None:
            return record | {"reason": self.reason}
        timing = asdict(self.timing) | {"operators": self.operators()}
        return record | timing

    def operators(self) -> list[dict[str, Any]]:
        """Returns each operator with its share of their sum; None where it is not known."""
        times = [o.latency_ms for o in self.timing.operators] if self.timing else []
        total = sum(time for time in times if math.isfinite(time))
        return [
            {
                "name": each.name,
                "kind": each.kind,
                "latency_ms": each.latency_ms if math.isfinite(each.latency_ms) else None,
                "share": each.latency_ms / total
                if total and math.isfinite(each.latency_ms)
                else None,
            }
            for each in (self.timing.operators if self.timing else ())
        ]


@dataclass(frozen=True)
class Benchmark:
    """All that was measured of a file.

    Attributes:
        file: The file.
        size: Its bytes, with those of the files that belong to it.
        rows: What was measured.
        machine: What it was measured on.
    """

    file: Path
    size: int
    rows: tuple[Row, ...]
    machine: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary."""
        return {
            "file": str(self.file),
            "bytes": self.size,
            "machine": self.machine,
            "rows": [row.to_dict() for row in self.rows],
        }


def benchmark(
    path: str | Path,
    runtimes: Sequence[str] = (),
    threads: Sequence[int] = THREADS,
    *,
    profile: bool = True,
    say: Callable[[str], None] = lambda text: None,
) -> Benchmark:
    """Measures a file in each runtime that runs it, a process or page for each row.

    Args:
        path: The file, or the folder that holds it.
        runtimes: Names of runtimes; by default those that a search verifies with.
        threads: Numbers of threads, for runtimes that can use several.
        profile: Whether each operator is measured too, on one thread.
        say: Hears what is measured.

    Raises:
        UserInputError: If there is no such file, or no runtime runs it.
    """
    from automl.export.folder.machine import machine
    from automl.measure.size import folder_size

    file = exported_file(Path(path))
    names = runtimes_for(format_of(file) or "", tuple(runtimes))
    if not names:
        asked = ", ".join(runtimes) or "No runtime"
        raise UserInputError(f"{asked} runs no {format_of(file)} file. Received: {file}.")
    if min(threads, default=0) < 1:
        raise UserInputError(f"Threads are 1 or more. Received: {', '.join(map(str, threads))}.")
    fed = example_for(file)
    rows = []
    for name in names:
        runtime = RUNTIMES.get(name)()
        if reason := runtime.missing():
            rows.append(Row(runtime.name, 1, reason=reason))
            continue
        for count in dict.fromkeys(threads if runtime.threaded else (1,)):
            say(f"{runtime.name}, {count} thread{'s'[: count != 1]}")
            try:
                timing = runtime.time(file, fed, count, profile=profile and count == min(threads))
                rows.append(Row(runtime.name, count, timing))
            except (VerificationError, MissingPartError) as error:
                rows.append(Row(runtime.name, count, reason=str(error)))
    single = file.parent if len(list(file.parent.iterdir())) > 1 else file
    size = folder_size(single)[0] if single.is_dir() else file.stat().st_size
    return Benchmark(file, size, tuple(rows), machine())
