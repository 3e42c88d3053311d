"""Decides which trials and artifacts win, and says why; nothing is computed here but ranks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from automl.config import Constraints
from automl.errors import NothingFeasibleError, VerificationError
from automl.tasks.metrics import metric_of
from automl.tuning.constraints import broken, excess
from automl.types import Artifact, Choice, Measures, Trial, TrialState, VerificationStatus
from automl.units import format_latency, format_size

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
    return [
        trial
        for i, trial in enumerate(done)
        if not any(
            _dominates(points[j], points[i]) or (points[j] == points[i] and j < i)
            for j in range(len(done))
            if j != i
        )
    ]


def _dominates(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))


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


def choose(
    artifacts: Sequence[Artifact],
    objectives: Sequence[str],
    constraints: Constraints,
    examples: int,
    metric: str = "accuracy",
) -> Choice:
    """Chooses the artifact to ship.

    The one-standard-error rule (Breiman et al., Classification and Regression
    Trees, 1984, section 3.4.3): among artifacts whose metric on validation data
    is within one standard error of the best, the cheapest. Without a cost among
    the objectives, the best one, and the smaller one on ties.

    Args:
        artifacts: Judged artifacts, with a quality on validation data or a reason.
        objectives: The objectives of the search.
        constraints: Bounds; artifacts over the size or latency bound are out.
        examples: Number of validation examples.
        metric: What their quality is.

    Raises:
        NothingFeasibleError: If no artifact that passed keeps the bounds.
        VerificationError: If no artifact passed.
    """
    fit = [
        artifact
        for artifact in artifacts
        if artifact.status is VerificationStatus.PASSED
        and artifact.validation_quality is not None
        and not _over(artifact, constraints)
    ]
    if not fit:
        failed = all(artifact.status is VerificationStatus.FAILED for artifact in artifacts)
        kind = VerificationError if failed else NothingFeasibleError
        raise kind(_none_passed(artifacts, constraints))
    cost_name = next((name for name in objectives if name in _COSTS), None)
    known = metric_of(metric)
    label = f"validation {known.label}"

    def quality(artifact: Artifact) -> float:
        return known.turned(artifact.validation_quality or 0.0)

    def cost(artifact: Artifact) -> float:
        if cost_name == "latency":
            latency = artifact.verification.latency_ms if artifact.verification else None
            return math.inf if latency is None else latency
        return float(artifact.gzip_size if cost_name == "gzip_size" else artifact.size)

    top = max(fit, key=lambda artifact: (quality(artifact), -artifact.size))
    best = known.format(top.validation_quality)
    if cost_name is None:
        return Choice(
            top.trial,
            top.recipe,
            f"Trial {top.trial} as {top.recipe} has the best {label}, {best} on {examples}"
            " examples.",
        )
    error = top.validation_error or 0.0
    near = [artifact for artifact in fit if quality(artifact) >= quality(top) - error]
    won = min(near, key=lambda artifact: (cost(artifact), -quality(artifact)))
    shown = format_latency(cost(won)) if cost_name == "latency" else format_size(cost(won))
    return Choice(
        won.trial,
        won.recipe,
        f"Trial {won.trial} as {won.recipe} is the cheapest artifact ({shown}) among the"
        f" {len(near)} of {len(fit)} whose {label} is within one standard error"
        f" ({known.format(error)}) of the best: {known.format(won.validation_quality)} against"
        f" {best} on {examples} examples.",
    )


def _over(artifact: Artifact, constraints: Constraints) -> str:
    """Returns the bounds that the trained artifact itself breaks."""
    latency = artifact.verification.latency_ms if artifact.verification else None
    measures = Measures(0, None, artifact.size, artifact.gzip_size, latency, artifact.recipe)
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
