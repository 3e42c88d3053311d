"""Which classes the chosen file finds, and what it takes them for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.report.numbers import MISSING
from automl.report.snapshot import Snapshot
from automl.tasks.label_metrics import CUT

if TYPE_CHECKING:
    import numpy as np

#: Classes of which the whole matrix is shown.
MOST_CLASSES = 20
#: Classes and confusions in a list.
MOST_ROWS = 200
MOST_CONFUSIONS = 15


@dataclass(frozen=True)
class Found:
    """One class or label.

    Attributes:
        name: Its name.
        examples: How many examples are of it.
        recall: Share of those that is found, as text.
        precision: Share of what is taken for it that is, as text.
    """

    name: str
    examples: int
    recall: str
    precision: str


@dataclass(frozen=True)
class Cell:
    """How many examples of one class were taken for another (or itself).

    Attributes:
        count: How many.
        percent: The same, of those of the class: how dark the cell is.
        right: Whether it is the right class.
    """

    count: int
    percent: int
    right: bool


@dataclass(frozen=True)
class Confusion:
    """One mistake and how often it was made."""

    right: str
    taken_for: str
    count: int
    share: str


@dataclass(frozen=True)
class ClassView:
    """What is shown of classes.

    Attributes:
        found: Each class, those found least often first where there are many.
        matrix: Name of a class -> how its examples were taken; empty where there
            are too many classes.
        confusions: The most frequent mistakes; only where there is no matrix.
        examples: Number of examples counted.
        noun: ``"class"`` or ``"label"``.
        left_out: Number of classes that are not listed.
    """

    found: tuple[Found, ...]
    matrix: tuple[tuple[str, tuple[Cell, ...]], ...] = ()
    confusions: tuple[Confusion, ...] = ()
    examples: int = 0
    noun: str = "class"
    left_out: int = 0


def class_view(snapshot: Snapshot) -> ClassView | None:
    """Decides what is shown; None where there are no classes or no predictions."""
    names = snapshot.data.target.names if snapshot.data else ()
    evidence = snapshot.evidence
    if snapshot.task == "classification" and "predicted" in evidence:
        return _of_classes(names, evidence["y"], evidence["predicted"])
    if snapshot.task == "multilabel" and "outputs" in evidence:
        return _of_labels(names, evidence["y"] > CUT, evidence["outputs"] >= CUT)
    return None


def _of_classes(names: Sequence[str], y: np.ndarray, predicted: np.ndarray) -> ClassView:
    import numpy as np

    count = len(names)
    pairs = np.bincount(y.astype(np.int64) * count + predicted, minlength=count * count)
    matrix = pairs.reshape(count, count)
    found = _found(names, matrix.sum(axis=1), matrix.diagonal(), matrix.sum(axis=0))
    if count <= MOST_CLASSES:
        return ClassView(found, _matrix(names, matrix), examples=len(y))
    ordered = sorted(found, key=lambda each: (not each.examples, each.recall, each.name))
    return ClassView(
        tuple(ordered[:MOST_ROWS]),
        confusions=_confusions(names, matrix),
        examples=len(y),
        left_out=max(0, count - MOST_ROWS),
    )


def _of_labels(names: Sequence[str], right: np.ndarray, told: np.ndarray) -> ClassView:
    found = _found(names, right.sum(axis=0), (right & told).sum(axis=0), told.sum(axis=0))
    return ClassView(
        found[:MOST_ROWS],
        examples=len(right),
        noun="label",
        left_out=max(0, len(found) - MOST_ROWS),
    )


def _found(
    names: Sequence[str], examples: np.ndarray, hits: np.ndarray, told: np.ndarray
) -> tuple[Found, ...]:
    counted = zip(names, examples.tolist(), hits.tolist(), told.tolist(), strict=True)
    return tuple(
        Found(name, total, _share(right, total), _share(right, taken))
        for name, total, right, taken in counted
    )


def _matrix(names: Sequence[str], matrix: np.ndarray) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    rows = []
    for i, name in enumerate(names):
        total = max(1, int(matrix[i].sum()))
        cells = tuple(
            Cell(count, round(100 * count / total), i == j)
            for j, count in enumerate(matrix[i].tolist())
        )
        rows.append((name, cells))
    return tuple(rows)


def _confusions(names: Sequence[str], matrix: np.ndarray) -> tuple[Confusion, ...]:
    import numpy as np

    mistakes = matrix.copy()
    np.fill_diagonal(mistakes, 0)
    order = np.argsort(-mistakes, axis=None, kind="stable")[:MOST_CONFUSIONS]
    found = []
    for position in order.tolist():
        i, j = divmod(position, len(names))
        count = int(mistakes[i, j])
        if count:
            share = _share(count, int(matrix[i].sum()))
            found.append(Confusion(names[i], names[j], count, share))
    return tuple(found)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else MISSING
