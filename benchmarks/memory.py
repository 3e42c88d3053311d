"""Does memory or disk grow with the number of trials?

    python benchmarks/memory.py [--trials 300] [--epochs 2] [--space cnn]

One search of many small trials. The resident sets of the driver and of its worker
are read after every trial; growth is the median of the last tenth of the trials
over that of the trials after the first tenth, in which caches fill. A worker that
has grown is replaced by a fresh one, which is how its memory stays flat: how
often that happened is part of the result.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from machine import write_result

import automl
from automl.errors import Interrupted


class Meter(automl.Observer):
    """Reads the resident sets, in bytes, after every trial."""

    def __init__(self, folder: Path) -> None:
        self.driver: list[int] = []
        self.worker: list[int] = []
        self.pids: list[int] = []
        self.models: list[int] = []
        self._folder, self._me = folder, psutil.Process()

    def trial(self, trial: automl.Trial) -> None:
        """Takes one reading."""
        self.driver.append(self._me.memory_info().rss)
        workers = [(each.memory_info().rss, each.pid) for each in self._me.children()]
        rss, pid = max(workers, default=(0, 0))
        self.worker.append(rss)
        self.pids.append(pid)
        files = self._folder.glob("models/*.keras")
        self.models.append(sum(file.stat().st_size for file in files))
        if len(self.driver) % 10 == 0:
            print(f"{len(self.driver):>4}  driver {_mb(self.driver[-1])}  worker {_mb(rss)}")


def growth(readings: list[int]) -> float:
    """Returns the growth in bytes: the last tenth over the second tenth, medians."""
    tenth = max(1, len(readings) // 10)
    early, late = readings[tenth : 2 * tenth], readings[-tenth:]
    return statistics.median(late) - statistics.median(early)


def _mb(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"


def main() -> None:
    """Runs the search and prints what grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--space", default="cnn")
    parser.add_argument("--oracle", default="random")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "run")
        meter = Meter(out)
        # Ctrl-C: what was measured until then counts.
        with suppress(Interrupted):
            automl.search(
                "digits",
                trials=options.trials,
                epochs=options.epochs,
                space=options.space,
                oracle=options.oracle,
                max_params="60k",
                compress="float32",
                export="tflite",
                fresh=True,
                learn=False,
                out=str(out),
                observer=meter,
            )
        record: dict[str, Any] = {
            **vars(options),
            "readings": len(meter.driver),
            "driver_growth_bytes": growth(meter.driver),
            "worker_growth_bytes": growth(meter.worker),
            "driver_peak_bytes": max(meter.driver),
            "worker_peak_bytes": max(meter.worker),
            "workers": len(set(meter.pids)),
            "model_files_peak_bytes": max(meter.models),
            "driver_bytes": meter.driver,
            "worker_bytes": meter.worker,
        }
    print(f"driver grew by {_mb(record['driver_growth_bytes'])}")
    print(f"worker grew by {_mb(record['worker_growth_bytes'])}, {record['workers']} in all")
    print(f"weights on disk at most {_mb(record['model_files_peak_bytes'])}")
    print(write_result("memory", record))


if __name__ == "__main__":
    main()
