"""How good a cell each strategy finds, replayed on a table of trained cells, side by side.

    python benchmarks/searchers.py --data nas201_clean.csv.gz [--repetitions 100]
        [--evaluations 100] [--searchers auto evolution ...] [--keep runs.jsonl]

The table is NAS-Bench-201 (Dong & Yang, 2020, https://arxiv.org/abs/2001.00326):
15,625 cells of six operations on three image sets, as a CSV with `arch_str` and
columns such as `c10_val_ep200_s0`, the validation accuracy of one training of
200 epochs. An evaluation returns one of a cell's trainings at random. The
regret is the best mean validation accuracy of the table minus the mean of the
cell that is chosen: the best one *seen*, or the one that is *recommended* by a
model's mean where a searcher has one.

With two objectives, accuracy and the weights of a cell's convolutions, a run is
judged by the share of the table's hypervolume that what it evaluated covers,
measured from the median accuracy and the largest cost.

The peers that the project does not depend on are installed by hand:
`pip install optuna matplotlib`. A finished run is one line of ``--keep``; the
same command goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "1")  # The matrices are small.

import keras_tuner  # noqa: E402
import numpy as np  # noqa: E402
from machine import RESULTS, write_result  # noqa: E402

from automl.registry import ORACLES  # noqa: E402
from automl.tuning.ask_tell import AskTell  # noqa: E402
from automl.tuning.oracles.pareto import hypervolume  # noqa: E402

IMAGE_SETS = {"c10": "CIFAR-10", "c100": "CIFAR-100", "in16": "ImageNet16-120"}
CHECKPOINTS = (25, 50, 100, 200)
EDGES = tuple(f"edge_{number}/operation" for number in range(1, 7))
#: Weights of a convolution, in units of the squared number of channels.
WEIGHTS = {"nor_conv_3x3": 9, "nor_conv_1x1": 1}
KERAS_TUNER = "keras_tuner bayesian"
OPTUNA_TPE, OPTUNA_NSGA2 = "optuna multivariate tpe", "optuna nsga2"
SINGLE = ("auto", "evolution", "local", "bayesian", "random", OPTUNA_TPE, KERAS_TUNER)
DOUBLE = ("auto", "nsga2", "random", OPTUNA_TPE, OPTUNA_NSGA2)
REFERENCE = OPTUNA_TPE
Values = dict[str, str]


@dataclass(frozen=True, eq=False)
class Table:
    """The trained cells of one image set.

    Attributes:
        places: Operations of a cell, edge by edge -> its row.
        trainings: Validation accuracies in percent, one tuple a cell.
        means: Their means.
        costs: Weights of each cell's convolutions.
    """

    places: dict[tuple[str, ...], int]
    trainings: list[tuple[float, ...]]
    means: np.ndarray[Any, np.dtype[np.float64]]
    costs: np.ndarray[Any, np.dtype[np.float64]]

    def find(self, values: Values) -> int:
        """Returns the row of a configuration."""
        return self.places[tuple(values[edge] for edge in EDGES)]


def read_tables(file: Path) -> dict[str, Table]:
    """Reads the CSV, one table an image set."""
    with gzip.open(file, "rt", encoding="utf-8") as stream:
        records = list(csv.DictReader(stream))
    cells = [_operations(record["arch_str"]) for record in records]
    places = {cell: place for place, cell in enumerate(cells)}
    costs = np.array([float(sum(WEIGHTS.get(each, 0) for each in cell)) for cell in cells])
    tables = {}
    for name in IMAGE_SETS:
        columns = [f"{name}_val_ep200_s{seed}" for seed in range(3)]
        trainings = [
            tuple(float(record[column]) for column in columns if record[column])
            for record in records
        ]
        means = np.array([statistics.fmean(each) for each in trainings])
        tables[name] = Table(places, trainings, means, costs)
    return tables


def _operations(cell: str) -> tuple[str, ...]:
    return tuple(edge.split("~")[0] for edge in cell.replace("+", "|").split("|") if edge)


def space(table: Table) -> keras_tuner.HyperParameters:
    """Returns the six choices of an operation."""
    hp = keras_tuner.HyperParameters()
    options = sorted({operation for cell in table.places for operation in cell})
    for edge in EDGES:
        hp.Choice(edge, options)
    return hp


class Searcher(Protocol):
    """What is asked and told in turn."""

    def ask(self) -> Values:
        """Returns the next configuration."""

    def tell(self, score: float, cost: float) -> None:
        """Hears of the configuration asked for last."""

    def recommend(self) -> int | None:
        """Returns the position of the evaluation it would choose, if it has an opinion."""


class Ours:
    """A registered oracle."""

    def __init__(self, name: str, table: Table, seed: int, objectives: int) -> None:
        costs = ("cost",) if objectives > 1 else ()
        self._oracle = AskTell(ORACLES.get(name), space(table), dict, seed, costs)
        self._number = -1

    def ask(self) -> Values:
        """Returns the next configuration."""
        self._number += 1
        values = self._oracle.ask(self._number)
        assert values is not None
        return values

    def tell(self, score: float, cost: float) -> None:
        """Hears of the configuration asked for last."""
        self._oracle.tell(self._number, score, {"cost": cost})

    def recommend(self) -> int | None:
        """Returns the evaluation that the model expects most of."""
        return self._oracle.recommend()


class Optuna:
    """A sampler of Optuna at its defaults."""

    def __init__(self, name: str, table: Table, seed: int, objectives: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        sampler: Any = (
            optuna.samplers.TPESampler(multivariate=True, seed=seed)
            if name == OPTUNA_TPE
            else optuna.samplers.NSGAIISampler(seed=seed)
        )
        directions = [
            optuna.study.StudyDirection.MAXIMIZE,
            optuna.study.StudyDirection.MINIMIZE,
        ][:objectives]
        self._study = optuna.create_study(sampler=sampler, directions=directions)
        self._objectives = objectives
        self._space: dict[str, Any] = {
            each.name: optuna.distributions.CategoricalDistribution(each.values)
            for each in space(table).space
        }

    def ask(self) -> Values:
        """Returns the next configuration."""
        self._trial = self._study.ask(self._space)
        return dict(self._trial.params)

    def tell(self, score: float, cost: float) -> None:
        """Hears of the configuration asked for last."""
        self._study.tell(self._trial, [score, cost][: self._objectives])

    def recommend(self) -> int | None:
        """Has no model of the mean."""
        return None


class PlainKerasTuner:
    """KerasTuner's own Bayesian oracle as it comes."""

    def __init__(self, name: str, table: Table, seed: int, objectives: int) -> None:
        self._oracle = keras_tuner.oracles.BayesianOptimizationOracle(
            objective=keras_tuner.Objective("score", "max"),
            max_trials=10**6,
            hyperparameters=space(table),
            seed=seed + 1,
        )
        self._oracle.verbose = 0
        self._oracle.save = lambda: None
        self._oracle._save_trial = lambda trial: None

    def ask(self) -> Values:
        """Returns the next configuration."""
        self._trial = self._oracle.create_trial("tuner")
        return dict(self._trial.hyperparameters.values)

    def tell(self, score: float, cost: float) -> None:
        """Hears of the configuration asked for last."""
        self._oracle.update_trial(self._trial.trial_id, {"score": score})
        self._trial.status = "COMPLETED"
        self._oracle.end_trial(self._trial)

    def recommend(self) -> int | None:
        """Has a model of the mean, but does not say what it thinks."""
        return None


def searcher(name: str, table: Table, seed: int, objectives: int) -> Searcher:
    """Returns a fresh searcher."""
    if name == KERAS_TUNER:
        return PlainKerasTuner(name, table, seed, objectives)
    kind: Callable[..., Searcher] = Optuna if name.startswith("optuna") else Ours
    return kind(name, table, seed, objectives)


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
    return record


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


def volume(table: Table, cells: list[int]) -> float:
    """Returns the hypervolume of cells, from the median accuracy and the largest cost."""
    points = np.stack([table.means[cells], -table.costs[cells]], axis=1)
    reference = np.array([np.median(table.means), -table.costs.max() - 1.0])
    # Of each cost only the best counts: there are few.
    kept = [points[points[:, 1] == cost].max(axis=0) for cost in np.unique(points[:, 1])]
    return hypervolume(np.array(kept), reference)


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


def summary(runs: dict[tuple[str, str, int], list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Returns mean and standard error of every measure at every checkpoint."""
    rows = []
    for (image, name, objectives), records in runs.items():
        for measure in ("seen", "recommended", "hypervolume"):
            if measure not in records[0]:
                continue
            values = np.array([record[measure] for record in records])
            rows.append(
                {
                    "image_set": image,
                    "searcher": name,
                    "objectives": objectives,
                    "measure": measure,
                    "repetitions": len(records),
                    "mean": values.mean(axis=0).tolist(),
                    "error": (values.std(axis=0) / math.sqrt(len(records))).tolist(),
                    "seconds": statistics.fmean(record["seconds"][0] for record in records),
                }
            )
    return rows


def ratios(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns each searcher's regret over Optuna's, geometric mean over the image sets."""
    reference = {
        row["image_set"]: row["mean"]
        for row in rows
        if (row["searcher"], row["measure"]) == (REFERENCE, "seen")
    }
    names = dict.fromkeys((r["searcher"], r["measure"]) for r in rows if r["objectives"] == 1)
    found = []
    for name, measure in names:
        means = {
            row["image_set"]: row["mean"]
            for row in rows
            if (row["searcher"], row["measure"]) == (name, measure)
        }
        shared = [image for image in means if image in reference]
        if not shared:
            continue
        share = np.array([means[image] for image in shared]) / [reference[i] for i in shared]
        geometric = np.exp(np.log(np.maximum(share, 1e-9)).mean(axis=0)).tolist()
        found.append(
            {
                "searcher": name,
                "measure": measure,
                "ratio": geometric,
                "worst": share.max(0).tolist(),
            }
        )
    return found


def print_tables(
    rows: list[dict[str, Any]], shares: list[dict[str, Any]], checkpoints: tuple[int, ...]
) -> None:
    """Prints the means, and the ratios to Optuna."""
    head = "".join(f"{count:>16}" for count in checkpoints)
    for objectives, title in ((1, "Mean regret, points of accuracy"), (2, "Share of hypervolume")):
        chosen = [row for row in rows if row["objectives"] == objectives]
        if not chosen:
            continue
        print(f"\n{title} (± standard error) after so many evaluations\n{'':40}{head}")
        for row in sorted(chosen, key=lambda row: (row["image_set"], row["mean"][-1])):
            name = f"{row['image_set']:5} {row['searcher']} {row['measure']}"
            pairs = zip(row["mean"], row["error"], strict=True)
            cells = "".join(f"{mean:9.4f} ±{error:.4f}" for mean, error in pairs)
            print(f"{name:40}{cells}   n={row['repetitions']}, {row['seconds']:.1f} s")
    if shares:
        print(f"\nRegret over that of {REFERENCE}, geometric mean (worst image set)\n{'':40}{head}")
    for row in shares:
        pairs = zip(row["ratio"], row["worst"], strict=True)
        cells = "".join(f"{ratio:8.2f} ({worst:.2f}) " for ratio, worst in pairs)
        print(f"{row['searcher'] + ' ' + row['measure']:40}{cells}")


def draw(rows: list[dict[str, Any]], checkpoints: tuple[int, ...], file: Path) -> None:
    """Draws the means, a panel for each image set and number of objectives."""
    import matplotlib.pyplot as plt

    panels = list(dict.fromkeys((row["objectives"], row["image_set"]) for row in rows))
    figure, axes = plt.subplots(
        1, len(panels), figsize=(4.2 * len(panels), 3.8), squeeze=False, layout="constrained"
    )
    for axis, (objectives, image) in zip(axes[0], panels, strict=True):
        for row in rows:
            if (row["objectives"], row["image_set"]) == (objectives, image):
                regret = np.array(row["mean"]) if objectives == 1 else 1 - np.array(row["mean"])
                label = f"{row['searcher']} {row['measure']}".removesuffix(" hypervolume")
                axis.plot(checkpoints, regret, marker="o", markersize=3, label=label)
        axis.set_yscale("log")
        axis.set_xlabel("evaluations")
        axis.set_ylabel("mean regret" if objectives == 1 else "hypervolume missed")
        axis.set_title(IMAGE_SETS[image] + ("" if objectives == 1 else ", two objectives"))
        axis.legend(fontsize=6)
    figure.savefig(file)


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
    draw(rows, checkpoints, RESULTS / "searchers.svg")
    print(
        write_result(
            "searchers",
            {"evaluations": list(checkpoints), "results": rows, "ratios_to_optuna_tpe": shares},
        )
    )


if __name__ == "__main__":
    main()
