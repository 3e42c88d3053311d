"""How long does a store of many trials take to open, and to name its best?

    python benchmarks/store.py [--trials 100000]

The store is filled with finished trials of thirty values each, as a search would.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine import write_result

import automl
from automl.config_parsing import make_config
from automl.records.store import RunStore
from automl.types import Measures, Trial, TrialState

STATES = (TrialState.COMPLETED, TrialState.REJECTED, TrialState.FAILED)


def fill(folder: Path, count: int, seed: int = 0) -> None:
    """Writes a run of `count` trials as a search would have, ten percent of them failed."""
    chance = random.Random(seed)
    with RunStore(folder, create=True) as store:
        store.set_fact("config", make_config("digits", {"trials": count}).to_dict())
        store.set_fact("objective", ["val_accuracy", "size"])
        with store.bulk():
            for number in range(count):
                store.add_trial(made_up(number, chance))


def made_up(number: int, chance: random.Random) -> Trial:
    """Returns a finished trial with as many values as a usual space has."""
    (state,) = chance.choices(STATES, weights=(7, 2, 1))
    values = {f"stage_{i // 8}/choice_{i % 8}": chance.randrange(100) for i in range(30)}
    size = chance.randrange(5_000, 500_000)
    score = chance.random() if state is TrialState.COMPLETED else None
    metrics = {"val_accuracy": score, "val_loss": 1 - score} if score is not None else {}
    measures = Measures(size // 4, size * 10, size, size // 2, 0.1, "int8")
    return Trial(
        number, values, values, "random", state, measures, metrics, score, 20, 4.2, error=0.01
    )


def seconds(call: Callable[[], Any], times: int = 7) -> float:
    """Returns the median time of a call."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def measure(folder: Path) -> dict[str, float]:
    """Returns how long each look at a run takes, in seconds."""

    def opened() -> None:
        RunStore(folder).close()

    run = automl.load_run(folder)
    with RunStore(folder) as store:
        return {
            "open": seconds(opened),
            "open_run_and_name_its_best": seconds(lambda: automl.load_run(folder).best),
            "best_100": seconds(lambda: store.best_trials(100)),
            "counts": seconds(store.counts),
            "one_trial": seconds(lambda: store.trial(77)),
            "run_counts": seconds(lambda: run.counts),
            "all_trials": seconds(store.trials, 1),
        }


def main() -> None:
    """Fills a store and looks at it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), options.trials)
        size = (Path(folder) / "run.db").stat().st_size
        taken = measure(Path(folder))
    for name, value in taken.items():
        print(f"{name:<28} {value * 1000:10.2f} ms")
    print(write_result("store", {"trials": options.trials, "bytes": size, "seconds": taken}))


if __name__ == "__main__":
    main()
