"""What pausing trials at rungs is worth, replayed on a table of trained cells.

    python benchmarks/fidelity.py --data nas201_clean.csv.gz [--repetitions 100]
        [--orders 100] [--searchers "auto, 1 of 4" ...] [--keep fidelity.jsonl]

The table is that of `searchers.py`: NAS-Bench-201's cells, trained for 12 and for
200 epochs. A searcher has the epochs of so many whole trainings to spend
(`BUDGET`); a trial is paused after 12 epochs, and one that is promoted costs 200
more, as the two columns are trainings of their own with schedules of their own. The
reference is regularized evolution at full fidelity with three times the budget,
100 x 200 epochs. The regret is the best mean validation accuracy of the table
minus the mean of the cell with the best 200-epoch training seen.

The curves of the same table judge the rule that stops fits (`automl.tuning.curves`):
cells are taken in random order, their 12-epoch score is held against the floor that
the whole trainings before make, and what is stopped is compared with the best that
was found. A stop is regretted by as much as the stopped one would have been better.

A finished run is one line of ``--keep``; the same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import json
import math
import os
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # The matrices are small.

import numpy as np  # noqa: E402
from machine import RESULTS, write_result  # noqa: E402
from searcher_table import IMAGE_SETS, Table, read_tables, space  # noqa: E402

from automl.registry import ORACLES  # noqa: E402
from automl.tuning.ask_tell import AskTell  # noqa: E402
from automl.tuning.curves import GENEROSITY, TOLERANCE, floors  # noqa: E402

EARLY, WHOLE = 12, 200
#: Epochs of the reference, and the share of them that the others have.
REFERENCE, SHARE = 100 * WHOLE, 1 / 3
BUDGET = REFERENCE * SHARE
#: Name -> (oracle, epochs to spend, one of how many trials is promoted; 0 pauses none).
#: Chance alone is best promoted as ASHA says, by the ratio of the epochs; what a model
#: proposes is worth more whole trainings.
SEARCHERS: dict[str, tuple[str, float, int]] = {
    "evolution, 100 whole": ("evolution", REFERENCE, 0),
    "auto, 1 of 3": ("auto", BUDGET, 3),
    "auto, 1 of 4": ("auto", BUDGET, 4),
    "auto, 1 of 8": ("auto", BUDGET, 8),
    "auto, whole": ("auto", BUDGET, 0),
    "asha, 1 of 4": ("asha", BUDGET, 4),
    "asha, 1 of 16": ("asha", BUDGET, 16),
    "hyperband, 1 of 16": ("hyperband", BUDGET, 16),
    "evolution, whole": ("evolution", BUDGET, 0),
}
#: Share of the cells that were trained whole, where the best of the early ones are.
PROMOTED = 1 / 4
#: Cells of one replay of the stopping rule.
CELLS = 200
#: How generous the rule is, tried.
GENEROSITIES = (1.0, 1.25, GENEROSITY, 2.0)
Early = dict[str, list[float]]


def read_early(file: Path) -> Early:
    """Returns the validation accuracy after 12 epochs, one list an image set."""
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        records = list(csv.DictReader(stream))
    return {name: [float(each[f"{name}_val_ep12"]) for each in records] for name in IMAGE_SETS}


class Replay:
    """One search on the table.

    Args:
        name: One of `SEARCHERS`.
        table: Of an image set.
        early: Its accuracies after 12 epochs.
        seed: Of the searcher and of which training is looked up.
    """

    def __init__(self, name: str, table: Table, early: Sequence[float], seed: int) -> None:
        oracle, self._left, reduction = SEARCHERS[name]
        self._pausing = reduction > 0
        rungs = (EARLY, WHOLE) if self._pausing else (WHOLE,)
        self._oracle = AskTell(
            ORACLES.get(oracle), space(table), dict, seed, rungs=rungs, reduction=reduction or 2
        )
        self._table, self._early = table, early
        self._luck = np.random.default_rng(seed)
        self._cells: list[int] = []
        self._paused: set[int] = set()
        self._whole: dict[int, float] = {}

    def run(self) -> dict[str, float | None]:
        """Searches until the epochs are spent and returns what it came to."""
        began = time.process_time()
        while self._left >= WHOLE and self._step():
            pass
        best = max(self._whole, key=lambda number: self._whole[number])
        recommended = self._oracle.recommend()
        return {
            "seen": self._regret(best),
            "recommended": None if recommended is None else self._regret(recommended),
            "early": len(self._paused),
            "whole": len(self._whole),
            "seconds": time.process_time() - began,
        }

    def _step(self) -> bool:
        """Trains one trial further; False if there is none for the epochs that are left."""
        closing = self._left < WHOLE + EARLY  # A new one could not be promoted any more.
        number = self._oracle.promote(closing=closing)
        if number is None:
            number = len(self._cells)
            if closing and self._pausing:
                return False
            values = self._oracle.ask(number)
            assert values is not None
            self._cells.append(self._table.find(values))
            until = self._oracle.next_rung(number)
        else:
            until = WHOLE
        self._left -= until
        cell = self._cells[number]
        if until == EARLY:
            self._paused.add(number)
            self._oracle.tell(number, self._early[cell], rungs=self._rungs(number), paused=True)
            return True
        self._whole[number] = float(self._luck.choice(self._table.trainings[cell]))
        self._oracle.tell(number, self._whole[number], rungs=self._rungs(number))
        return True

    def _rungs(self, number: int) -> dict[int, float]:
        return {EARLY: self._early[self._cells[number]]} if number in self._paused else {}

    def _regret(self, number: int) -> float:
        return float(self._table.means.max() - self._table.means[self._cells[number]])


def stopping(
    table: Table, early: Sequence[float], seed: int, generosity: float, *, promoting: bool
) -> dict[str, float]:
    """Trains cells in random order, but stops after 12 epochs those that miss the bar.

    Args:
        table: Of an image set.
        early: Its accuracies after 12 epochs.
        seed: Of the order.
        generosity: As of `automl.tuning.curves.floors`.
        promoting: Whether only the best share of the early ones are trained whole: then
            the rule knows no curve of the others.

    Returns:
        ``stopped``: the share that was; ``missed``: by how many points the best that
        was stopped would have won, 0 if it would not have.
    """
    luck = np.random.default_rng(seed)
    curves: list[dict[int, float]] = []
    begun: list[float] = []
    found, lost = [], [-math.inf]
    for cell in luck.choice(len(early), CELLS, replace=False):
        floor = floors(curves, 2, generosity)[0]
        begun.append(early[cell])
        if floor is not None and early[cell] < floor:
            lost.append(float(table.means[cell]))
            continue
        if promoting and early[cell] < np.quantile(begun, 1 - PROMOTED):
            continue
        final = float(luck.choice(table.trainings[cell]))
        curves.append({1: early[cell], 2: final})
        found.append(float(table.means[cell]))
    return {
        "stopped": (len(lost) - 1) / CELLS,
        "missed": max(0.0, max(lost) - max(found)),
    }


def kept(file: Path) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Returns the runs that are done."""
    if not file.exists():
        return {}
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    return {tuple(line["run"]): line["record"] for line in lines}


class Runs:
    """What was run, one line of a file each.

    Args:
        file: Gone on with if it is there.
    """

    def __init__(self, file: Path) -> None:
        self._file, self.done = file, kept(file)

    def get(self, run: tuple[Any, ...], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Returns the record of a run, made if it is not there."""
        if run not in self.done:
            self.done[run] = make()
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps({"run": run, "record": self.done[run]}) + "\n")
        return self.done[run]


def search_all(
    runs: Runs, tables: dict[str, Table], early: Early, options: argparse.Namespace
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Runs what is left to run; returns (image set, searcher) -> all that was ever run."""
    for seed, image, name in itertools.product(
        range(options.repetitions), IMAGE_SETS, options.searchers
    ):
        runs.get((image, name, seed), Replay(name, tables[image], early[image], seed).run)
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for run, record in runs.done.items():
        if run[1] in SEARCHERS:
            found.setdefault((run[0], run[1]), []).append(record)
    return found


def summary(runs: dict[tuple[str, str], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Returns mean and standard error of the regrets of every searcher."""
    rows = []
    for (image, name), records in runs.items():
        row: dict[str, Any] = {"image_set": image, "searcher": name, "repetitions": len(records)}
        row |= {"epochs": SEARCHERS[name][1]}
        for measure in ("seen", "recommended", "early", "whole", "seconds"):
            values = [record[measure] for record in records]
            if None not in values:
                row[measure] = statistics.fmean(values)
                row[f"{measure}_error"] = statistics.pstdev(values) / math.sqrt(len(values))
        rows.append(row)
    return rows


def stops(
    runs: Runs, tables: dict[str, Table], early: Early, repetitions: int
) -> list[dict[str, Any]]:
    """Returns what the stopping rule saves and misses, for each image set."""
    rows = []
    for image, generosity, promoting in itertools.product(IMAGE_SETS, GENEROSITIES, (False, True)):
        found = []
        for seed in range(repetitions):
            replayed = partial(
                stopping, tables[image], early[image], seed, generosity, promoting=promoting
            )
            found.append(runs.get((image, "stopping", generosity, promoting, seed), replayed))
        rows.append(
            {
                "image_set": image,
                "promoting": promoting,
                "generosity": generosity,
                "repetitions": len(found),
                "stopped": statistics.fmean(each["stopped"] for each in found),
                "most_missed": max(each["missed"] for each in found),
                "mean_missed": statistics.fmean(each["missed"] for each in found),
                "over_tolerance": sum(each["missed"] > 100 * TOLERANCE for each in found),
            }
        )
    return rows


def show(rows: list[dict[str, Any]], stopped: list[dict[str, Any]]) -> None:
    """Prints both tables."""
    print("Mean regret, points of accuracy (± standard error)")
    for row in sorted(rows, key=lambda row: (row["image_set"], row["seen"])):
        model = f", recommended {row['recommended']:.3f}" if "recommended" in row else ""
        print(
            f"{row['image_set']:5} {row['searcher']:22} {row['seen']:7.3f} ±{row['seen_error']:.3f}"
            f"{model}   {row['epochs']:6.0f} epochs: {row['early']:.0f} paused,"
            f" {row['whole']:.0f} whole; n={row['repetitions']}, {row['seconds']:.1f} s"
        )
    print("\nThe stopping rule, cells in random order")
    for row in stopped:
        known = "the best early ones whole" if row["promoting"] else "all whole"
        print(
            f"{row['image_set']:5} {known:26} generosity {row['generosity']:.2f}:"
            f" {row['stopped']:.0%} stopped; missed {row['mean_missed']:.3f} points on average,"
            f" {row['most_missed']:.2f} at most; over {100 * TOLERANCE:g} points in"
            f" {row['over_tolerance']} of {row['repetitions']}"
        )


def main() -> None:
    """Runs every searcher and the stopping rule; writes the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--repetitions", type=int, default=100)
    parser.add_argument("--orders", type=int, default=100, help="of the cells, for the rule")
    parser.add_argument("--searchers", nargs="+", default=tuple(SEARCHERS), choices=SEARCHERS)
    parser.add_argument("--keep", type=Path, default=RESULTS / "fidelity.jsonl")
    parser.add_argument("--no-result", action="store_true", help="print only")
    options = parser.parse_args()
    tables, early = read_tables(options.data), read_early(options.data)
    runs = Runs(options.keep)
    rows = summary(search_all(runs, tables, early, options))
    stopped = stops(runs, tables, early, options.orders)
    show(rows, stopped)
    if not options.no_result:
        record = {"searchers": rows, "stopping": stopped}
        print(write_result("fidelity", record))


if __name__ == "__main__":
    main()
