"""Which hyperparameters mattered, as far as so few trials can tell.

A regression by similarity (kernel ridge regression) learns from some trials to
rank the others. How much worse it ranks them when one hyperparameter is
exchanged is that one's importance (Breiman, 2001,
https://doi.org/10.1023/A:1010933404324), measured on trials the regression has
not seen. If it cannot rank them at all, nothing is claimed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.report.snapshot import Snapshot
from automl.types import TrialState

if TYPE_CHECKING:
    import numpy as np

#: Fewer completed trials than this say nothing.
ENOUGH = 12
#: A hyperparameter must be active in this many trials.
ENOUGH_ACTIVE = 6
#: Least share of the variance in rank of unseen trials that must be predicted.
ENOUGH_SKILL = 0.05
#: Trials looked at, as the work grows with the cube of their number.
MOST_TRIALS = 300
_FOLDS = 6
_EXCHANGES = 8
_SHOWN = 10
#: How fast likeness fades with distance, and how little a single trial is believed.
_SHARPNESS = (1.0, 4.0, 12.0)
_NOISE = (0.1, 0.4, 1.5)


@dataclass(frozen=True)
class Bar:
    """One hyperparameter.

    Attributes:
        drop: Share of the variance in rank that is lost without it.
        width: The same in percent of the largest, for drawing.
        active: Number of trials in which it was active.
    """

    name: str
    drop: float
    width: float
    active: int


@dataclass(frozen=True)
class Importance:
    """What can be said; `missing` says why nothing can.

    Attributes:
        skill: Share of the variance in rank of unseen trials that is predicted.
        trials: Number of trials behind it.
    """

    bars: tuple[Bar, ...] = ()
    skill: float = 0.0
    trials: int = 0
    missing: str = ""


def importance(snapshot: Snapshot) -> Importance:
    """Returns the importance of each hyperparameter that varied where it was active."""
    done = [trial for trial in snapshot.in_state(TrialState.COMPLETED) if trial.score is not None]
    if len(done) < ENOUGH:
        return Importance(
            missing=f"Too few trials to tell: {len(done)} completed, {ENOUGH} are needed."
        )
    done = done[:: -(-len(done) // MOST_TRIALS)]
    columns = _columns([trial.architecture for trial in done])
    scores = [float(trial.score or 0.0) for trial in done]
    if not columns or len(set(scores)) < 2:
        return Importance(missing="Nothing to tell: the hyperparameters or the scores do not vary.")
    skill, drops = _measure(columns, scores)
    if skill < ENOUGH_SKILL:
        return Importance(
            missing=f"Nothing reliable to tell: the order of trials cannot be predicted from that"
            f" of other trials (R² = {skill:.2f} on unseen ones, {len(done)} trials)."
        )
    order = sorted(drops, key=lambda name: (-drops[name], name))[:_SHOWN]
    largest = max(drops[order[0]], 1e-9)
    return Importance(
        bars=tuple(
            Bar(
                name=name,
                drop=drops[name],
                width=round(max(0.0, 100 * drops[name] / largest), 1),
                active=len(columns[name]),
            )
            for name in order
        ),
        skill=skill,
        trials=len(done),
    )


def _columns(records: Sequence[Mapping[str, Any]]) -> dict[str, dict[int, Any]]:
    """Returns hyperparameter -> trial's position -> value, where it is active and varies."""
    columns: dict[str, dict[int, Any]] = {}
    for position, record in enumerate(records):
        for name, value in record.items():
            if isinstance(value, bool | int | float | str):
                columns.setdefault(name, {})[position] = value
    return {
        name: values
        for name, values in columns.items()
        if len(values) >= ENOUGH_ACTIVE and len(set(map(repr, values.values()))) > 1
    }


def _measure(
    columns: Mapping[str, Mapping[int, Any]], scores: Sequence[float]
) -> tuple[float, dict[str, float]]:
    """Returns the skill on unseen trials, and what is lost of it per hyperparameter."""
    import numpy as np

    likeness = np.stack([_likeness(values, len(scores)) for values in columns.values()])
    mean = likeness.mean(axis=0)
    # Ranks, so that one diverged trial does not drown the rest.
    ranks = np.unique(np.asarray(scores), return_inverse=True)[1].astype(float)
    rng = np.random.default_rng(0)
    wrong, extra = 0.0, np.zeros(len(columns))
    for fold in np.array_split(rng.permutation(len(ranks)), _FOLDS):
        seen = np.setdiff1d(np.arange(len(ranks)), fold)
        predict = _fit(mean[np.ix_(seen, seen)], ranks[seen])
        errors = (predict(mean[np.ix_(fold, seen)]) - ranks[fold]) ** 2
        wrong += float(errors.sum())
        for i, values in enumerate(columns.values()):
            active = np.fromiter(values, dtype=int)
            rows = np.flatnonzero(np.isin(fold, active))
            for _ in range(_EXCHANGES if len(rows) else 0):
                givers = rng.choice(active, len(rows))
                own, given = likeness[i][fold[rows]], likeness[i][givers]
                exchanged = (mean[fold[rows]] + (given - own) / len(columns))[:, seen]
                worse = (predict(exchanged) - ranks[fold[rows]]) ** 2
                extra[i] += float((worse - errors[rows]).sum()) / _EXCHANGES
    total = float(((ranks - ranks.mean()) ** 2).sum())
    return 1 - wrong / total, {
        name: float(value) / total for name, value in zip(columns, extra, strict=True)
    }


def _fit(likeness: np.ndarray, targets: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Fits a kernel ridge regression; what it assumes is chosen by leaving one out.

    The errors of leaving one out have a closed form (Rasmussen and Williams,
    Gaussian Processes for Machine Learning, 2006, section 5.4.2).
    """
    import numpy as np

    middle = float(targets.mean())
    best, chosen = math.inf, (np.zeros(len(targets)), _SHARPNESS[0])
    for sharpness in _SHARPNESS:
        kernel = np.exp(sharpness * (likeness - 1))
        for noise in _NOISE:
            inverse = np.linalg.inv(kernel + noise * np.eye(len(targets)))
            weights = inverse @ (targets - middle)
            error = float(((weights / np.diag(inverse)) ** 2).sum())
            if error < best:
                best, chosen = error, (weights, sharpness)
    weights, sharpness = chosen

    def predict(likeness: np.ndarray) -> np.ndarray:
        predicted: np.ndarray = middle + np.exp(sharpness * (likeness - 1)) @ weights
        return predicted

    return predict


def _likeness(values: Mapping[int, Any], count: int) -> np.ndarray:
    """Returns count x count numbers in [0, 1]: how alike two trials are in one hyperparameter.

    Two trials in which it is inactive are alike, one and another are not.
    Numbers are compared by their place in the order of all values.
    """
    import numpy as np

    numeric = all(isinstance(value, int | float) for value in values.values())
    options = sorted(set(values.values()) if numeric else {str(v) for v in values.values()})
    place = np.full(count, -1)
    for position, value in values.items():
        place[position] = options.index(value if numeric else str(value))
    one, other = place[:, None], place[None, :]
    if numeric:
        alike = 1 - np.abs(one - other) / max(1, len(options) - 1)
    else:
        alike = (one == other).astype(float)
    both = (one >= 0) & (other >= 0)
    compared: np.ndarray = np.where(both, alike, (one == other).astype(float))
    return compared
