"""How good a cell each strategy finds, replayed on a table of trained cells, side by side.

    python benchmarks/searchers.py --data nas201_clean.csv.gz [--repetitions 100]
        [--evaluations 100] [--searchers auto evolution ...] [--keep runs.jsonl]

The table is NAS-Bench-201 (Dong & Yang, 2020, https://arxiv.org/abs/2001.00326):
15,625 cells of six operations on three image sets, as a CSV with `arch_str` and
columns such as `c10_val_ep200_s0`, the validation accuracy of one training of
200 epochs. An evaluation returns one of a cell's trainings at random. The
regret is the best mean validation accuracy of the table minus the mean of the
cell that is chosen: the best one *seen*, the one that is *recommended* by a
model's mean where a searcher has one, or the one that is best when *retrained*:
the last evaluations train the best ones seen before again, as many as a search of
that length trains its finalists, and their mean decides. Every searcher can do so.

With two objectives, accuracy and the weights of a cell's convolutions, a run is
judged by the share of the table's hypervolume that what it evaluated covers,
measured from the median accuracy and the largest cost. Optuna's TPE is then its
multi-objective one. `regularized evolution` is the algorithm as published;
`evolution` the project's, which never tries a cell twice.

The peers that the project does not depend on are installed by hand:
`pip install optuna matplotlib`. A finished run is one line of ``--keep``; the
same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # The matrices are small.

import numpy as np  # noqa: E402
from machine import RESULTS, write_result  # noqa: E402
from searcher_peers import DOUBLE, KERAS_TUNER, SINGLE, Searcher, searcher  # noqa: E402
from searcher_results import draw, print_tables, ratios, summary  # noqa: E402
from searcher_table import IMAGE_SETS, Table, read_tables, volume  # noqa: E402

from automl.finalists.planning import (  # noqa: E402
    LEAST_REPEATS,
    MOST_FINALISTS,
    MOST_REPEATS,
    SHARE,
)

CHECKPOINTS = (25, 50, 100, 200)


def replay(
    name: str, table: Table, seed: int, objectives: int, evaluations: int
) -> dict[str, list[float]]:
    """Runs one search.

    Returns:
        Measure -> its value at each of the checkpoints, and the seconds that
        the searcher took.
    """
    luck = np.random.default_rng(seed)
    found = searcher(name, table, seed, objectives)
    cells: list[int] = []
    scores: list[float] = []
    record: dict[str, list[float]] = {"seconds": [0.0]}
    for count in range(1, evaluations + 1):
        began = time.process_time()
        cell = table.find(found.ask())
        score = float(luck.choice(table.trainings[cell]))
        found.tell(score, float(table.costs[cell]))
        record["seconds"][0] += time.process_time() - began
        cells.append(cell)
        scores.append(score)
        if count in CHECKPOINTS:
            for measure, value in measured(found, table, cells, scores, objectives):
                record.setdefault(measure, []).append(value)
            if objectives == 1:
                again = np.random.default_rng([seed, count])
                value = retrained(table, cells, scores, again)
                record.setdefault("retrained", []).append(value)
    return record


def retrained(
    table: Table, cells: list[int], scores: list[float], luck: np.random.Generator
) -> float:
    """Returns the regret of the best finalist, whose trainings were the last evaluations."""
    spent = int(SHARE * len(cells))
    count = min(MOST_FINALISTS, spent // LEAST_REPEATS)
    if count < 2:  # As in a search, where there is no time for two.
        return float(table.means.max() - table.means[cells[int(np.argmax(scores))]])
    repeats = min(MOST_REPEATS, spent // count)
    searched = np.array(scores[: -count * repeats])
    finalists = [cells[place] for place in np.argsort(-searched, kind="stable")[:count]]
    means = [luck.choice(table.trainings[cell], repeats).mean() for cell in finalists]
    return float(table.means.max() - table.means[finalists[int(np.argmax(means))]])


def measured(
    found: Searcher, table: Table, cells: list[int], scores: list[float], objectives: int
) -> Iterator[tuple[str, float]]:
    """Yields what a search has reached so far, by measure."""
    if objectives > 1:
        yield "hypervolume", volume(table, cells) / volume(table, list(range(len(table.means))))
        return
    top = float(table.means.max())
    seen = int(np.argmax(scores))
    recommended = found.recommend()
    yield "seen", top - float(table.means[cells[seen]])
    if recommended is not None:
        yield "recommended", top - float(table.means[cells[recommended]])


def kept_runs(file: Path) -> dict[tuple[str, str, int, int, int], dict[str, list[float]]]:
    """Returns the runs that are done: (image set, searcher, objectives, evaluations, seed)."""
    if not file.exists():
        return {}
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    return {tuple(line["run"]): line["record"] for line in lines}


def run_all(options: argparse.Namespace) -> dict[tuple[str, str, int], list[dict[str, Any]]]:
    """Runs what is left to run; returns (image set, searcher, objectives) -> runs."""
    done = kept_runs(options.keep)
    tables = read_tables(options.data)
    found: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    plan = [
        (seed, image, name, objectives)
        for seed in range(options.repetitions)
        for objectives, names in ((1, SINGLE), (2, DOUBLE))
        if objectives in options.objectives
        for name in names
        if name in options.searchers and (name != KERAS_TUNER or seed < options.slow_repetitions)
        for image in options.images
    ]
    with options.keep.open("a", encoding="utf-8") as keep:
        for seed, image, name, objectives in plan:
            run = (image, name, objectives, options.evaluations, seed)
            if run not in done:
                record = replay(name, tables[image], seed, objectives, options.evaluations)
                keep.write(json.dumps({"run": run, "record": record}) + "\n")
                keep.flush()
                done[run] = record
            found.setdefault((image, name, objectives), []).append(done[run])
    return found


def main() -> None:
    """Runs every searcher and writes table, plot and JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--repetitions", type=int, default=100)
    parser.add_argument("--slow-repetitions", type=int, default=3, help="of plain KerasTuner")
    parser.add_argument("--evaluations", type=int, default=100)
    everyone = tuple(dict.fromkeys((*SINGLE, *DOUBLE)))
    parser.add_argument("--searchers", nargs="+", default=everyone, choices=everyone)
    parser.add_argument("--images", nargs="+", default=tuple(IMAGE_SETS), choices=IMAGE_SETS)
    parser.add_argument("--objectives", type=int, nargs="+", default=(1, 2), choices=(1, 2))
    parser.add_argument("--keep", type=Path, default=RESULTS / "searchers.jsonl")
    parser.add_argument("--no-result", action="store_true", help="print only")
    options = parser.parse_args()
    checkpoints = tuple(count for count in CHECKPOINTS if count <= options.evaluations)
    if not checkpoints:
        sys.exit(f"--evaluations is at least {CHECKPOINTS[0]}.")
    rows = summary(run_all(options))
    shares = ratios(rows)
    print_tables(rows, shares, checkpoints)
    if options.no_result:
        return
    draw(rows, checkpoints, RESULTS / "searchers.png")
    print(
        write_result(
            "searchers",
            {"evaluations": list(checkpoints), "results": rows, "ratios_to_optuna_tpe": shares},
        )
    )


if __name__ == "__main__":
    main()
