"""Where the finalists stand after several trainings of each; nothing is trained here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import fmean, stdev, variance
from typing import TYPE_CHECKING, Any

from automl.measure.paired import paired_error
from automl.tasks.metrics import VALIDATION, metric_of
from automl.types import Repeat

if TYPE_CHECKING:
    import numpy as np

    from automl.tasks.scores import Scorer

#: Standard errors beyond which two models are told apart.
TOLD_APART = 2.0


@dataclass(frozen=True)
class Standing:
    """One finalist among the others.

    Attributes:
        trial: Number of the trial.
        values: What ranks, of each of its trainings, in their order.
        mean: Their mean.
        spread: Their standard deviation; None for a single one.
        behind: By how much its mean is worse than the best one's.
        error: Standard error of that, by the examples and by the seeds; None
            where it is not known.
        weights: Number of the training whose weights are kept: its best.
        figures: Metric -> its mean over the trainings.
        kept_figures: Metric -> its value of the training whose weights are kept.
    """

    trial: int
    values: tuple[float, ...]
    mean: float
    spread: float | None
    behind: float
    error: float | None
    weights: int
    figures: dict[str, float]
    kept_figures: dict[str, float]

    @property
    def told_apart(self) -> bool:
        """Whether it is surely worse than the best."""
        return self.error is not None and self.behind > TOLD_APART * self.error

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready dictionary that `from_dict` reads back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Standing:
        """Builds the standing that `to_dict` wrote."""
        return cls(**{**record, "values": tuple(record["values"])})


def standings(
    repeats: Sequence[Repeat],
    objective: str,
    scorers: Mapping[str, Scorer],
    outputs: Mapping[tuple[int, int], np.ndarray],
    y: np.ndarray,
) -> list[Standing]:
    """Returns the finalists, best mean first, the earlier trial first on ties.

    Args:
        repeats: Trainings that completed.
        objective: What ranks, e.g. ``"val_accuracy"``.
        scorers: Metric -> what computes it.
        outputs: (trial, number) -> outputs on validation data, as far as kept.
        y: What was right of the same examples.
    """
    by_trial: dict[int, list[Repeat]] = {}
    for repeat in repeats:
        by_trial.setdefault(repeat.trial, []).append(repeat)
    turned = metric_of(objective).turned
    means = {n: fmean(r.metrics[objective] for r in mine) for n, mine in by_trial.items()}
    if not means:
        return []
    best = max(means, key=lambda number: (turned(means[number]), -number))
    metric = objective.removeprefix(VALIDATION)
    seeds = _variance_of_seeds(by_trial.values(), objective)

    def error(number: int) -> float | None:
        if number == best:
            return 0.0
        pair = [[outputs.get((r.trial, r.number)) for r in by_trial[n]] for n in (number, best)]
        kept = [[each for each in several if each is not None] for several in pair]
        if metric not in scorers or not all(kept):
            return None
        examples = paired_error(scorers[metric], metric, kept[0], kept[1], y)
        if examples is None:
            return None
        by_seeds = seeds * sum(1 / len(by_trial[n]) for n in (number, best))
        return math.sqrt(examples**2 + by_seeds)

    found = [
        _standing(mine, objective, turned(means[best]) - turned(means[number]), error(number))
        for number, mine in by_trial.items()
    ]
    return sorted(found, key=lambda each: (each.behind, each.trial))


def _variance_of_seeds(several: Any, objective: str) -> float:
    """Returns how trainings of one finalist vary, pooled: a few of each tell little alone."""
    known = [[r.metrics[objective] for r in mine] for mine in several if len(mine) > 1]
    weight = sum(len(values) - 1 for values in known)
    return sum((len(values) - 1) * variance(values) for values in known) / weight if weight else 0.0


def _standing(
    mine: Sequence[Repeat], objective: str, behind: float, error: float | None
) -> Standing:
    values = tuple(repeat.metrics[objective] for repeat in mine)
    turned = metric_of(objective).turned
    best = max(mine, key=lambda repeat: (turned(repeat.metrics[objective]), -repeat.number))
    shared = set.intersection(*(set(repeat.metrics) for repeat in mine))
    return Standing(
        trial=mine[0].trial,
        values=values,
        mean=fmean(values),
        spread=stdev(values) if len(values) > 1 else None,
        behind=behind,
        error=error,
        weights=best.number,
        figures={n: fmean(repeat.metrics[n] for repeat in mine) for n in sorted(shared)},
        kept_figures=dict(best.metrics),
    )
