"""Decides which trials are worth going on with; nothing is computed here but ranks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from automl.config import Constraints
from automl.errors import AutomlError, NothingFeasibleError, VerificationError
from automl.tasks.metrics import metric_of
from automl.tuning.constraints import broken, excess
from automl.types import Artifact, Measures, Trial, TrialState, VerificationStatus

#: Trials that are compressed and judged as artifacts.
SHORTLIST = 3
#: Best trials whose weights are kept beside those of the Pareto front.
KEPT = 5

_COSTS: dict[str, Callable[[Trial], float | None]] = {
    "size": lambda trial: trial.measures.size if trial.measures else None,
    "gzip_size": lambda trial: trial.measures.gzip_size if trial.measures else None,
    "latency": lambda trial: trial.measures.latency_ms if trial.measures else None,
    "flops": lambda trial: trial.measures.flops if trial.measures else None,
    "params": lambda trial: trial.measures.params if trial.measures else None,
    "ram": lambda trial: trial.measures.ram if trial.measures else None,
}


def objective_value(trial: Trial, objective: str) -> float:
    """Returns a completed trial's value of an objective, turned so that higher is better."""
    if objective in _COSTS:
        cost = _COSTS[objective](trial)
        return -math.inf if cost is None else -cost
    return metric_of(objective).turned(trial.metrics.get(objective, math.nan))


def pareto_front(trials: Sequence[Trial], objectives: Sequence[str]) -> list[Trial]:
    """Returns the completed trials that no other is at least as good as in every objective.

    Of trials equal in every objective, the earliest stays.
    """
    done = [trial for trial in trials if trial.state is TrialState.COMPLETED]
    points = [tuple(objective_value(trial, name) for name in objectives) for trial in done]
    return [done[place] for place in front_places(points)]


def front_places(points: Sequence[tuple[float, ...]]) -> list[int]:
    """Returns the places, in order, of the points that no other dominates; more is better.

    Gone through from the best in the first value, a point can only be dominated by
    one before it: with two values, by the one of them that is best in the second (Kung
    et al., On finding the maxima of a set of vectors, 1975,
    https://doi.org/10.1145/321906.321910). One with a value that is no number is
    compared with none. Of equal ones the first stays.

    Args:
        points: All of the same length, from 1.
    """
    unknown = [place for place, point in enumerate(points) if any(map(math.isnan, point))]
    known = sorted(
        set(range(len(points))) - set(unknown),
        key=lambda place: (*(-value for value in points[place]), place),
    )
    front: list[int] = []
    rivals: list[tuple[float, ...]] = []
    for place in known:
        rest = points[place][1:]
        if not any(all(a >= b for a, b in zip(rival, rest, strict=True)) for rival in rivals):
            front.append(place)
            # With one other value, who comes next has to beat this one alone.
            rivals = [rest] if len(rest) < 2 else _among(rivals, rest)
    return sorted(front + unknown)


def _among(rivals: Sequence[tuple[float, ...]], new: tuple[float, ...]) -> list[tuple[float, ...]]:
    """Returns what is to be beaten, with one more that none of them dominates."""
    left = [each for each in rivals if not all(a >= b for a, b in zip(new, each, strict=True))]
    return [*left, new]


def worth_keeping(trials: Sequence[Trial], objectives: Sequence[str]) -> list[Trial]:
    """Returns the trials whose weights may still be needed: the front and the top few."""
    done = [trial for trial in trials if trial.state is TrialState.COMPLETED]
    top = sorted(done, key=lambda trial: (-score(trial), trial.number))[:KEPT]
    kept = {trial.number: trial for trial in (*top, *pareto_front(done, objectives))}
    return [kept[number] for number in sorted(kept)]


def score(trial: Trial) -> float:
    """Returns a trial's score, higher is better; the lowest there is if it has none."""
    return -math.inf if trial.score is None else trial.score


def shortlist(trials: Sequence[Trial], objectives: Sequence[str]) -> list[Trial]:
    """Returns up to `SHORTLIST` trials to compress, most promising first.

    They are those of the Pareto front that validation cannot tell from the
    best, cheapest first, and the best itself. Without a known error, the front
    as it is.

    Args:
        trials: All trials of the run.
        objectives: The first ranks; the others are costs.
    """
    front = pareto_front(trials, objectives)
    if not front:
        return []
    best = max(front, key=lambda trial: (score(trial), -trial.number))
    if best.error is not None:
        slack = 2 * best.error
        front = [trial for trial in front if score(trial) >= score(best) - slack]
    costs = [name for name in objectives if name in _COSTS] or ["size"]
    front.sort(key=lambda trial: -objective_value(trial, costs[0]))
    chosen = [trial for trial in front if trial is not best][: SHORTLIST - 1]
    return [*chosen, best]


def nothing_passed(artifacts: Sequence[Artifact], constraints: Constraints) -> AutomlError:
    """Returns the error for artifacts of which none can ship.

    Args:
        artifacts: Judged artifacts, with a quality on validation data or a reason.
        constraints: Bounds on them.
    """
    failed = all(artifact.status is VerificationStatus.FAILED for artifact in artifacts)
    kind = VerificationError if failed else NothingFeasibleError
    return kind(_none_passed(artifacts, constraints))


def _over(artifact: Artifact, constraints: Constraints) -> str:
    """Returns the bounds that the trained artifact itself breaks."""
    latency = artifact.verification.latency_ms if artifact.verification else None
    measures = Measures(
        0, None, artifact.size, artifact.gzip_size, latency, artifact.recipe, ram=artifact.ram
    )
    return broken(constraints, measures)


def nothing_feasible(
    trials: Sequence[Trial], constraints: Constraints, end: str = ""
) -> NothingFeasibleError:
    """Returns the error for a search in which no candidate passed the gate.

    Args:
        trials: The rejected candidates.
        constraints: What they broke.
        end: Why the search ended; more time is advised only if that was it.
    """
    measured = [trial for trial in trials if trial.measures is not None]

    def distance(trial: Trial) -> tuple[bool, float]:
        measures = trial.measures
        return (
            (True, 0.0)
            if measures is None
            else (measures.size_is_floor, excess(constraints, measures))
        )

    measured.sort(key=distance)
    # Without a measure there is a reason why it could not be taken.
    nearest = "; ".join(
        f"trial {trial.number}: {trial.reason}" for trial in (measured or trials)[:3]
    )
    return NothingFeasibleError(
        f"None of the {len(trials)} candidates met the constraints."
        f" Nearest: {nearest}. Loosen the bound{', or give more --time' if 'time' in end else ''}."
    )


def _none_passed(artifacts: Sequence[Artifact], constraints: Constraints) -> str:
    reasons = []
    for artifact in artifacts:
        reason = artifact.reason or next((v.reason for v in artifact.verifications if v.reason), "")
        reason = reason or _over(artifact, constraints)
        reasons.append(f"trial {artifact.trial} {artifact.recipe}: {reason}")
    return f"No artifact passed. {'; '.join(reasons[:4])}."
