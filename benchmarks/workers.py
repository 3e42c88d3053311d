"""Trials a minute with one worker on all cores against one worker a core.

    python benchmarks/workers.py [--pairs 5] [--trials 16] [--epochs 10] [--workers 2]

Both sides search the same digits with the same seed and the same configurations (random
search, no rungs), one after the other in turns: which of them goes first changes from pair
to pair, so that a machine that slows down favours neither. One worker has all cores and
as many threads; of several, each is pinned to its share, as `automl search --workers N`
does it. A trial is proposed, gated (built, converted, measured), trained, saved, written.
What counts is the time from the first trial's end to the last one's, on both sides; the
time from the start of the search, imports of the workers included, is kept beside it. The
goal is for two workers on two cores.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import write_result

import automl
from automl.execution.machine import this_machine

#: How many times as many trials two workers on two cores are to train.
GOAL = 1.6


class Clock(automl.Observer):
    """Notes when the search begins and when each trial ends."""

    def __init__(self) -> None:
        self.began = 0.0
        self.ended: list[float] = []

    def stage(self, name: str) -> None:
        """Starts the clock."""
        if name == "Searching":
            self.began = time.perf_counter()

    def trial(self, trial: automl.Trial) -> None:
        """Notes the end of a trial."""
        self.ended.append(time.perf_counter())


def search(workers: int, trials: int, epochs: int) -> dict[str, Any]:
    """Searches once and returns trials a minute, and what was found."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        run = automl.search(
            "digits",
            space="cnn",
            oracle="random",
            rungs="off",
            workers=workers,
            trials=trials,
            epochs=epochs,
            finalists=0,
            compress="none",
            export="tflite",
            learn=False,
            out=Path(folder, "run").as_posix(),
            observer=clock,
        )
        found = run.trials
    numbers = [trial.number for trial in found]
    if numbers != list(range(len(found))) or any(t.state != "completed" for t in found):
        raise RuntimeError(f"A trial is missing or was not trained: {numbers}")
    last = clock.ended[-1]
    return {
        "workers": workers,
        "trials_a_minute": 60 * (len(found) - 1) / (last - clock.ended[0]),
        "with_imports": 60 * len(found) / (last - clock.began),
        "scores": [trial.score for trial in found],
    }


def main() -> None:
    """Runs pairs, prints medians and writes JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--trials", type=int, default=16)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--workers", type=int, default=len(this_machine().cores))
    parser.add_argument("--dry", action="store_true", help="Print only.")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    ratios, same = [], []
    for pair in range(options.pairs):
        order = (1, options.workers) if pair % 2 == 0 else (options.workers, 1)
        found = {n: search(n, options.trials, options.epochs) for n in order}
        rows += [found[n] for n in order]
        ratios.append(found[options.workers]["trials_a_minute"] / found[1]["trials_a_minute"])
        same.append(found[options.workers]["scores"] == found[1]["scores"])
        print(
            f"pair {pair + 1}: 1 worker {found[1]['trials_a_minute']:6.1f} trials/min,"
            f" {options.workers} workers {found[options.workers]['trials_a_minute']:6.1f},"
            f" ratio {ratios[-1]:.2f}, same scores: {same[-1]}",
            flush=True,
        )
    ratio = statistics.median(ratios)
    print(f"median ratio {ratio:.2f} (goal {GOAL} for 2 workers on 2 cores)")
    if options.dry:
        return
    setting = {"trials": options.trials, "epochs": options.epochs, "workers": options.workers}
    record = {"goal": GOAL, "median_ratio": ratio, "ratios": ratios, "same_scores": same}
    print(write_result("workers", setting | record | {"results": rows}))


if __name__ == "__main__":
    main()
