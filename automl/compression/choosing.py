"""Which compressed file ships: a person's rule over what was measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.compression.rule import USUAL_DROP, Rule
from automl.selection import nothing_passed
from automl.tasks.metrics import Metric, metric_of
from automl.tuning.constraints import broken
from automl.types import Artifact, Choice, Measures, VerificationStatus
from automl.units import format_latency, format_size

if TYPE_CHECKING:
    from automl.config import Constraints
    from automl.finalists.rivals import Rivals

#: Latencies this close are the same: measuring again may turn them round.
_SAME_LATENCY = 1.05


@dataclass(frozen=True)
class Judgement:
    """Files compared by a rule.

    Attributes:
        artifacts: What was judged on validation data, failed ones too.
        metric: What their quality is.
        reference: The best float32 file that passed, or the best of all if none did.
        rule: What is wanted.
        rivals: Tells what is expected of each and how sure a difference is; None for
            their quality, and the error of the reference's own.
    """

    artifacts: tuple[Artifact, ...]
    metric: Metric
    reference: Artifact
    rule: Rule
    rivals: Rivals | None = None

    def quality(self, artifact: Artifact) -> float:
        """Returns what is expected of a file, higher is better."""
        return self.metric.turned(self.value(artifact))

    def value(self, artifact: Artifact) -> float:
        """Returns what is expected of a file, in the metric's own unit."""
        known = None if self.rivals is None else self.rivals.quality(artifact)
        return (artifact.validation_quality if known is None else known) or 0.0

    def drop(self, artifact: Artifact) -> float:
        """Returns how much worse than the reference a file is; below zero if better."""
        return self.quality(self.reference) - self.quality(artifact)

    def allowed(self, artifact: Artifact) -> float:
        """Returns how much worse than the reference it may be."""
        scale = 1.0 if self.metric.bounded else abs(self.value(self.reference))
        if self.rule.max_drop is not None:
            return self.rule.max_drop * scale
        paired = None if self.rivals is None else self.rivals.error(artifact, self.reference)
        error = (self.reference.validation_error or 0.0) if paired is None else paired
        return max(USUAL_DROP * scale, error)

    def good_enough(self, artifact: Artifact) -> bool:
        """Returns whether a file passed and lost no more than allowed."""
        return passed(artifact) and self.drop(artifact) <= self.allowed(artifact) + 1e-12


def passed(artifact: Artifact) -> bool:
    """Returns whether a file was judged and computes what its Keras model does."""
    return artifact.status is VerificationStatus.PASSED and artifact.validation_quality is not None


def judge(
    artifacts: Sequence[Artifact], metric: str, rule: Rule, rivals: Rivals | None = None
) -> Judgement | None:
    """Compares files; None if none passed."""
    fit = [artifact for artifact in artifacts if passed(artifact)]
    if not fit:
        return None
    known = metric_of(metric)
    plain = [artifact for artifact in fit if artifact.recipe == "float32"] or fit
    first = Judgement(tuple(artifacts), known, plain[0], rule, rivals)
    best = max(plain, key=lambda each: (first.quality(each), -each.size))
    return Judgement(tuple(artifacts), known, best, rule, rivals)


def pick(
    artifacts: Sequence[Artifact],
    objectives: Sequence[str],
    constraints: Constraints,
    examples: int,
    metric: str,
    rule: Rule,
    rivals: Rivals | None = None,
) -> Choice:
    """Chooses the file to ship, over all models and recipes.

    Among the files within the bounds that are good enough by the rule, the best by
    what is preferred. Where a bound leaves none that is good enough, the best that
    keeps it, and the reason says so.

    Args:
        artifacts: Judged files, with a quality on validation data or a reason.
        objectives: The objectives of the search.
        constraints: Bounds on a file.
        examples: Number of validation examples.
        metric: What their quality is.
        rule: What is wanted.
        rivals: As of `Judgement`.

    Raises:
        NothingFeasibleError: If no file that passed keeps the bounds.
        VerificationError: If none passed.
    """
    judged = judge(artifacts, metric, rule, rivals)
    within = [a for a in artifacts if passed(a) and not broken(constraints, measures_of(a))]
    if judged is None or not within:
        raise nothing_passed(artifacts, constraints)
    known = judged.metric
    good = [artifact for artifact in within if judged.good_enough(artifact)]
    label = f"validation {known.label}"
    reference = (
        f"{known.format(judged.value(judged.reference))} of trial {judged.reference.trial} as"
        f" {judged.reference.recipe} on {examples} examples"
    )
    if not good:
        best = max(within, key=lambda each: (judged.quality(each), -each.size))
        return Choice(
            best.trial,
            best.recipe,
            f"Trial {best.trial} as {best.recipe} has the best {label} within the bounds,"
            f" {known.format(judged.value(best))}; it loses more than allowed against {reference}.",
        )
    preference = rule.preference(objectives)
    won = min(good, key=_order(preference, judged, good))
    shown = {
        "size": f"the smallest ({format_size(won.size)})",
        "gzip_size": f"the smallest when gzipped ({format_size(won.gzip_size)})",
        "latency": f"the fastest ({format_latency(latency_of(won))})",
        "ram": f"the one of least RAM ({format_size(won.ram)})",
        "accuracy": "the best",
    }[preference]
    return Choice(
        won.trial,
        won.recipe,
        f"Trial {won.trial} as {won.recipe} is {shown} of the {len(good)} files, of {len(within)},"
        f" whose {label} is at most {allowed_in_words(judged, won)} below {reference}:"
        f" {known.format(judged.value(won))}.",
    )


def allowed_in_words(judged: Judgement, artifact: Artifact) -> str:
    """Returns how much a file may lose, as a person reads it."""
    return in_words(judged.allowed(artifact), judged.metric)


def in_words(loss: float, metric: Metric) -> str:
    """Returns a difference of a metric as a person reads it: ``1.2 points``, ``0.53``."""
    if not metric.bounded:
        return f"{loss:.3g}"
    points = f"{100 * loss:.2g}"
    return f"{points} point" if points == "1" else f"{points} points"


def _order(
    preference: str, judged: Judgement, good: Sequence[Artifact]
) -> Callable[[Artifact], tuple[float, ...]]:
    fastest = min(map(latency_of, good))

    def order(artifact: Artifact) -> tuple[float, ...]:
        quality = -judged.quality(artifact)
        if preference == "accuracy":
            return (quality, artifact.size)
        if preference == "latency":
            latency = latency_of(artifact)
            same = latency <= _SAME_LATENCY * fastest
            return (fastest if same else latency, artifact.size, quality)
        if preference == "ram":
            ram = math.inf if artifact.ram is None else artifact.ram
            return (ram, artifact.size, quality)
        size = artifact.gzip_size if preference == "gzip_size" else artifact.size
        return (size, quality)

    return order


def latency_of(artifact: Artifact) -> float:
    """Returns milliseconds of one inference; infinite where they were not measured."""
    found = artifact.verification.latency_ms if artifact.verification else None
    return math.inf if found is None else found


def measures_of(artifact: Artifact) -> Measures:
    """Returns what a trained file costs, as bounds are held against it."""
    latency = artifact.verification.latency_ms if artifact.verification else None
    return Measures(
        0, None, artifact.size, artifact.gzip_size, latency, artifact.recipe, ram=artifact.ram
    )


def pareto(judged: Judgement) -> list[Artifact]:
    """Returns the files that passed and that none beats in quality, bytes and latency."""
    fit = [artifact for artifact in judged.artifacts if passed(artifact)]
    points = [
        (judged.quality(each), -each.size, -each.gzip_size, -latency_of(each)) for each in fit
    ]

    def beaten(i: int) -> bool:
        return any(
            other != points[i] and all(a >= b for a, b in zip(other, points[i], strict=True))
            for other in points
        )

    return [each for i, each in enumerate(fit) if not beaten(i)]
