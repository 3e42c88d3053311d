"""What became of each recipe, in numbers and in words: the rows of the ladder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from automl.compression.choosing import (
    Judgement,
    allowed_in_words,
    in_words,
    latency_of,
    measures_of,
    pareto,
    passed,
)
from automl.compression.recipe import Recipe
from automl.config import Constraints
from automl.errors import AutomlError
from automl.registry import RECIPES
from automl.tuning.constraints import broken
from automl.types import Artifact, Choice

#: Files this close are as large as each other.
_SAME_SIZE = 0.99


@dataclass(frozen=True)
class Row:
    """One file of the ladder.

    Attributes:
        trial: Number of the trial.
        recipe: Name of the recipe.
        does: What its steps do, in words.
        size: Bytes; 0 where there is no file.
        gzip_size: The same gzipped.
        quality: What is expected of it on validation data; None where it was not judged.
        drop: How much worse than the best float32 file; below zero if better.
        latency_ms: Milliseconds of one inference.
        ram: Bytes of the interpreter's arena.
        seconds: Seconds that the recipe trained.
        beside: The recipe that does the same without the steps that train; empty for none.
        size_ratio: Bytes over those of that one.
        gzip_ratio: The same gzipped.
        gain: Quality over that of that one, higher is better.
        outcome: ``"chosen"``, ``"front"``, ``"beaten"``, ``"saved nothing"``,
            ``"lost too much"``, ``"over a bound"`` or ``"failed"``.
        words: The outcome as a person reads it, with its number.
    """

    trial: int
    recipe: str
    does: str
    size: int
    gzip_size: int
    quality: float | None
    drop: float | None
    latency_ms: float | None
    ram: int | None
    seconds: float
    beside: str
    size_ratio: float | None
    gzip_ratio: float | None
    gain: float | None
    outcome: str
    words: str

    def to_dict(self) -> dict[str, Any]:
        """Returns a JSON-ready record."""
        return asdict(self)


def rows(
    artifacts: Sequence[Artifact],
    judged: Judgement | None,
    constraints: Constraints,
    choice: Choice | None,
) -> list[Row]:
    """Returns a row for each file that was tried, by trial and recipe.

    Args:
        artifacts: Of one format, judged on validation data or with a reason.
        judged: How those that passed compare; None if none did.
        constraints: Bounds on the file that ships.
        choice: What ships.
    """
    names = RECIPES.names()
    order = sorted(
        artifacts,
        key=lambda each: (
            each.trial,
            names.index(each.recipe) if each.recipe in names else len(names),
        ),
    )
    front = pareto(judged) if judged else []
    known = {(each.trial, each.recipe): each for each in order}
    return [_row(each, known, front, judged, constraints, choice) for each in order]


def _row(
    artifact: Artifact,
    known: dict[tuple[int, str], Artifact],
    front: Sequence[Artifact],
    judged: Judgement | None,
    constraints: Constraints,
    choice: Choice | None,
) -> Row:
    beside = _beside(artifact, known)
    other = known.get((artifact.trial, beside))
    fit = judged is not None and passed(artifact)
    compared = fit and other is not None and passed(other)
    outcome, words = _outcome(artifact, known, front, judged, constraints, choice)
    latency = artifact.verification.latency_ms if artifact.verification else None
    gain = None
    if judged and compared and other:
        gain = judged.quality(artifact) - judged.quality(other)
    return Row(
        trial=artifact.trial,
        recipe=artifact.recipe,
        does=steps_in_words(artifact.recipe),
        size=artifact.size,
        gzip_size=artifact.gzip_size,
        quality=judged.value(artifact) if judged and fit else artifact.validation_quality,
        drop=judged.drop(artifact) if judged and fit else None,
        latency_ms=latency,
        ram=artifact.ram,
        seconds=sum(float(step["seconds"]) for step in artifact.steps),
        beside=beside if other is not None else "",
        size_ratio=artifact.size / other.size if other and other.size and artifact.size else None,
        gzip_ratio=(
            artifact.gzip_size / other.gzip_size
            if other and other.gzip_size and artifact.size
            else None
        ),
        gain=gain,
        outcome=outcome,
        words=words,
    )


def _beside(artifact: Artifact, known: dict[tuple[int, str], Artifact]) -> str:
    """Returns the recipe of the same trial that a recipe is measured against."""
    if not artifact.steps:
        return "" if artifact.recipe == "float32" else "float32"
    mine = _known(artifact.recipe)
    others = [_known(recipe) for trial, recipe in known if trial == artifact.trial]
    plain = [other.name for other in others if other and mine and _same_types(other, mine)]
    return plain[0] if plain else "float32"


def _same_types(plain: Recipe, other: Recipe) -> bool:
    return not plain.model_steps and plain.quantize == other.quantize


def _known(name: str) -> Recipe | None:
    """Returns a recipe; None for one of a file that is gone, or that is code to import."""
    if ":" in name:
        return None
    try:
        found: Recipe = RECIPES.get(name)
    except AutomlError:
        return None
    return found


def _outcome(
    artifact: Artifact,
    known: dict[tuple[int, str], Artifact],
    front: Sequence[Artifact],
    judged: Judgement | None,
    constraints: Constraints,
    choice: Choice | None,
) -> tuple[str, str]:
    if judged is None or not passed(artifact):
        reason = artifact.reason or next(
            (each.reason for each in artifact.verifications if each.reason), "it was not judged"
        )
        return "failed", f"failed: {reason}"
    if choice is not None and (choice.trial, choice.recipe) == (artifact.trial, artifact.recipe):
        return "chosen", "ships"
    if over := broken(constraints, measures_of(artifact)):
        return "over a bound", over
    if not judged.good_enough(artifact):
        lost = in_words(judged.drop(artifact), judged.metric)
        return "lost too much", f"loses {lost}; {allowed_in_words(judged, artifact)} allowed"
    plain = known.get((artifact.trial, "float32"))
    if plain is not None and plain != artifact and _saves_nothing(artifact, plain):
        return "saved nothing", (
            f"saves nothing: {artifact.size / plain.size:.2f}x the bytes of float32,"
            f" {artifact.gzip_size / plain.gzip_size:.2f}x gzipped"
        )
    return ("front", "on the front") if artifact in front else ("beaten", "beaten by others")


def _saves_nothing(artifact: Artifact, plain: Artifact) -> bool:
    smaller = (
        artifact.size < _SAME_SIZE * plain.size or artifact.gzip_size < _SAME_SIZE * plain.gzip_size
    )
    return not smaller and latency_of(artifact) >= _SAME_SIZE * latency_of(plain)


def steps_in_words(recipe: str) -> str:
    """Returns what a recipe does, step by step; empty for one that is not known any more."""
    known = _known(recipe)
    if known is None:
        return ""
    return " > ".join(step.summary for step in known.steps if step.name != "pack") or "as it is"
