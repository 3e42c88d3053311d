"""The rows of the ladder: what each recipe made of a trial, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from automl.compression.choosing import Judgement, judge, passed
from automl.compression.outcomes import Comparison, outcome_of
from automl.compression.recipe import Recipe
from automl.compression.recipe_files import know_recipes_of
from automl.compression.untried import untried
from automl.config import Constraints
from automl.errors import AutomlError
from automl.finalists.rivals import Rivals
from automl.records.store import RunStore
from automl.registry import RECIPES
from automl.types import Artifact, Choice

if TYPE_CHECKING:
    from automl.run import Run


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
            ``"lost too much"``, ``"over a bound"``, ``"failed"`` or ``"not tried"``.
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


def ladder_of(run: Run) -> list[Row]:
    """Returns a row for each recipe of the first format that was tried in a run, or why not.

    Args:
        run: A run whose search is over.
    """
    know_recipes_of(run.folder)
    tried = [
        artifact
        for artifact in run.judged
        if artifact.format == run.formats[0]
        and (artifact.validation_quality is not None or not artifact.placed)
    ]
    with RunStore(run.folder) as store:
        judged = judge(tried, run.metric, run.config.rule, Rivals(store, run.metric))
        listed = [*tried, *untried(store, run.formats[0], run.judged)]
        return rows(listed, judged, run.config.constraints, run.choice)


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
    among = Comparison.of(order, judged, constraints, choice)
    return [_row(each, among) for each in order]


def _row(artifact: Artifact, among: Comparison) -> Row:
    beside = _beside(artifact, among.files)
    other = among.files.get((artifact.trial, beside))
    judged = among.judged if passed(artifact) else None
    gain = None
    if judged and other and passed(other):
        gain = judged.quality(artifact) - judged.quality(other)
    outcome, words = outcome_of(artifact, among)
    return Row(
        trial=artifact.trial,
        recipe=artifact.recipe,
        does=steps_in_words(artifact.recipe),
        size=artifact.size,
        gzip_size=artifact.gzip_size,
        quality=judged.value(artifact) if judged else artifact.validation_quality,
        drop=judged.drop(artifact) if judged else None,
        latency_ms=artifact.verification.latency_ms if artifact.verification else None,
        ram=artifact.ram,
        seconds=sum(float(step["seconds"]) for step in artifact.steps),
        beside=beside if other is not None else "",
        size_ratio=_ratio(artifact.size, other.size if other else 0),
        gzip_ratio=_ratio(artifact.gzip_size, other.gzip_size if other else 0),
        gain=gain,
        outcome=outcome,
        words=words,
    )


def _ratio(size: int, other: int) -> float | None:
    return size / other if size and other else None


def _beside(artifact: Artifact, files: Mapping[tuple[int, str], Artifact]) -> str:
    """Returns the recipe of the same trial that a recipe is measured against."""
    if not artifact.steps:
        return "" if artifact.recipe == "float32" else "float32"
    mine = _known(artifact.recipe)
    others = [_known(recipe) for trial, recipe in files if trial == artifact.trial]
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


def steps_in_words(recipe: str) -> str:
    """Returns what a recipe does, step by step; empty for one that is not known any more."""
    known = _known(recipe)
    if known is None:
        return ""
    return " > ".join(step.summary for step in known.steps if step.name != "pack") or "as it is"
