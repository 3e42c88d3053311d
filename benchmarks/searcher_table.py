"""A table of trained cells to replay searches on.

NAS-Bench-201 (Dong & Yang, 2020, https://arxiv.org/abs/2001.00326): 15,625
cells of six operations on three image sets, as a CSV with `arch_str` and
columns such as `c10_val_ep200_s0`, the validation accuracy of one training of
200 epochs.
"""

from __future__ import annotations

import csv
import gzip
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras_tuner
import numpy as np

from automl.tuning.oracles.pareto import hypervolume

IMAGE_SETS = {"c10": "CIFAR-10", "c100": "CIFAR-100", "in16": "ImageNet16-120"}
EDGES = tuple(f"edge_{number}/operation" for number in range(1, 7))
#: Weights of a convolution, in units of the squared number of channels.
WEIGHTS = {"nor_conv_3x3": 9, "nor_conv_1x1": 1}
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


def volume(table: Table, cells: list[int]) -> float:
    """Returns the hypervolume of cells, from the median accuracy and the largest cost."""
    points = np.stack([table.means[cells], -table.costs[cells]], axis=1)
    reference = np.array([np.median(table.means), -table.costs.max() - 1.0])
    # Of each cost only the best counts: there are few.
    kept = [points[points[:, 1] == cost].max(axis=0) for cost in np.unique(points[:, 1])]
    return hypervolume(np.array(kept), reference)
