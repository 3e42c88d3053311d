"""The candidates as rows of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automl.report.numbers import MISSING, latency, number, whole
from automl.report.snapshot import Snapshot
from automl.selection import score
from automl.tuning.constraints import excess
from automl.types import Trial, TrialState
from automl.units import format_count

#: Rows of a table at most, so that the report of a long search stays small.
MOST = 300


@dataclass(frozen=True)
class Cell:
    """One cell: what is shown, and what it is sorted by (empty for no value)."""

    text: str
    key: str


@dataclass(frozen=True)
class TrialRow:
    """One candidate.

    Attributes:
        marks: Words such as ``winner`` and ``front``.
        cells: The figures, in the order of `COLUMNS`.
        reason: Why it was stopped, rejected or failed.
    """

    number: int
    state: str
    proposed_by: str
    marks: tuple[str, ...]
    cells: tuple[Cell, ...]
    reason: str


@dataclass(frozen=True)
class TrialTable:
    """Rows, and how many there are that are not shown."""

    rows: tuple[TrialRow, ...]
    left_out: int


def columns(snapshot: Snapshot) -> tuple[str, ...]:
    """Returns the heading of each cell of a row."""
    return (
        snapshot.metric.label,
        "bytes",
        "gzipped",
        "weights",
        "FLOPs",
        "latency",
        "epochs",
        "seconds",
    )


def trained(snapshot: Snapshot) -> TrialTable:
    """Returns the trials that were trained or are under way, best first.

    What was trained for fewer epochs comes after what was trained to the end.
    """
    trials = [trial for trial in snapshot.trials if trial.state is not TrialState.REJECTED]
    early = (TrialState.PAUSED, TrialState.STOPPED)
    trials.sort(key=lambda trial: (trial.state in early, -score(trial), trial.number))
    return _table(trials, snapshot)


def rejected(snapshot: Snapshot) -> TrialTable:
    """Returns the candidates the gate turned away, nearest to the bounds first."""
    bounds = snapshot.config.constraints

    def distance(trial: Trial) -> tuple[bool, float, int]:
        over = excess(bounds, trial.measures) if trial.measures else 0.0
        return trial.measures is None, over, trial.number

    return _table(sorted(snapshot.in_state(TrialState.REJECTED), key=distance), snapshot)


def _table(trials: Sequence[Trial], snapshot: Snapshot) -> TrialTable:
    rows = tuple(_row(trial, snapshot) for trial in trials[:MOST])
    return TrialTable(rows, max(0, len(trials) - MOST))


def _row(trial: Trial, snapshot: Snapshot) -> TrialRow:
    marks = []
    if snapshot.choice is not None and trial.number == snapshot.choice.trial:
        marks.append("winner")
    if trial.number in snapshot.front:
        marks.append("front")
    return TrialRow(
        number=trial.number,
        state=str(trial.state),
        proposed_by=trial.proposed_by,
        marks=tuple(marks),
        cells=_cells(trial, snapshot),
        reason=trial.reason,
    )


def _cells(trial: Trial, snapshot: Snapshot) -> tuple[Cell, ...]:
    measures = trial.measures
    value = snapshot.metric.value(trial)
    size = measures.size if measures else None
    gzip_size = measures.gzip_size if measures else None
    params = measures.params if measures else None
    flops = measures.flops if measures else None
    milliseconds = measures.latency_ms if measures else None
    epochs = trial.epochs or None
    seconds = trial.seconds or None
    return (
        _cell(value, snapshot.metric.format(value)),
        _cell(size, whole(size)),
        _cell(gzip_size, whole(gzip_size)),
        _cell(params, whole(params)),
        _cell(flops, format_count(flops)),
        _cell(milliseconds, latency(milliseconds)),
        _cell(epochs, whole(epochs)),
        _cell(seconds, number(seconds, ".1f")),
    )


def _cell(value: float | None, text: str) -> Cell:
    return Cell(MISSING, "") if value is None else Cell(text, f"{value:.9g}")
