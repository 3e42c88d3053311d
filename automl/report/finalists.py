"""The finalists as rows of a table; texts are ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from automl.report.numbers import MISSING
from automl.report.snapshot import Snapshot


@dataclass(frozen=True)
class FinalistRow:
    """One model that was trained several times.

    Attributes:
        behind: By how much its mean is worse than the best one's, and the standard
            error of that.
        words: What that comes to.
    """

    trial: int
    chosen: bool
    trainings: int
    mean: str
    spread: str
    behind: str
    words: str


def finalist_rows(snapshot: Snapshot) -> list[FinalistRow]:
    """Returns a row for each finalist, best mean first."""
    metric = snapshot.metric
    rows = []
    for place, each in enumerate(snapshot.standings):
        behind = metric.format(each.behind)
        if each.error is not None:
            behind += f" ± {metric.format(each.error)}"
        if not place:
            words = "the best on average"
        elif each.told_apart:
            words = "surely worse"
        elif each.error is None:
            words = "not compared example by example"
        else:
            words = "cannot be told from the best"
        rows.append(
            FinalistRow(
                trial=each.trial,
                chosen=snapshot.choice is not None and each.trial == snapshot.choice.trial,
                trainings=len(each.values),
                mean=metric.format(each.mean),
                spread=MISSING if each.spread is None else metric.format(each.spread),
                behind=behind if place else MISSING,
                words=words,
            )
        )
    return rows
