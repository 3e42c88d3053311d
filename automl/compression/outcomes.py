"""What became of one file of the ladder, in a word and as a person reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from automl.compression.choosing import (
    Judgement,
    allowed_in_words,
    in_words,
    latency_of,
    measures_of,
    pareto,
    passed,
)
from automl.compression.untried import UNTRIED
from automl.config import Constraints
from automl.tuning.constraints import broken
from automl.types import Artifact, Choice

#: Files this close are as large as each other.
_SAME_SIZE = 0.99


@dataclass(frozen=True)
class Comparison:
    """The files of a ladder, and what they are compared by.

    Attributes:
        files: Each file, by its trial and recipe.
        front: Those that none beats.
        judged: How those that passed compare; None if none did.
        constraints: Bounds on the file that ships.
        choice: What ships; None before that is decided.
    """

    files: Mapping[tuple[int, str], Artifact]
    front: tuple[Artifact, ...]
    judged: Judgement | None
    constraints: Constraints
    choice: Choice | None

    @classmethod
    def of(
        cls,
        artifacts: Sequence[Artifact],
        judged: Judgement | None,
        constraints: Constraints,
        choice: Choice | None,
    ) -> Comparison:
        """Returns the comparison of files, one for each trial and recipe."""
        files = {(each.trial, each.recipe): each for each in artifacts}
        front = tuple(pareto(judged)) if judged else ()
        return cls(files, front, judged, constraints, choice)

    def ships(self, artifact: Artifact) -> bool:
        """Returns whether a file is the one that was chosen."""
        made_of = (artifact.trial, artifact.recipe)
        return self.choice is not None and (self.choice.trial, self.choice.recipe) == made_of


def outcome_of(artifact: Artifact, among: Comparison) -> tuple[str, str]:
    """Returns what became of a file: `Row.outcome` and `Row.words`."""
    judged = among.judged
    if judged is None or not passed(artifact):
        reason = artifact.reason or next(
            (each.reason for each in artifact.verifications if each.reason), "it was not judged"
        )
        if reason.startswith(UNTRIED):
            return "not tried", reason
        return "failed", f"failed: {reason}"
    if among.ships(artifact):
        return "chosen", "ships"
    if over := broken(among.constraints, measures_of(artifact)):
        return "over a bound", over
    if not judged.good_enough(artifact):
        lost = in_words(judged.drop(artifact), judged.metric)
        return "lost too much", f"loses {lost}; {allowed_in_words(judged, artifact)} allowed"
    plain = among.files.get((artifact.trial, "float32"))
    if plain is not None and plain != artifact and _saves_nothing(artifact, plain):
        return "saved nothing", (
            f"saves nothing: {artifact.size / plain.size:.2f}x the bytes of float32,"
            f" {artifact.gzip_size / plain.gzip_size:.2f}x gzipped"
        )
    if artifact in among.front:
        return "front", "on the front"
    return "beaten", "beaten by others"


def _saves_nothing(artifact: Artifact, plain: Artifact) -> bool:
    smaller = (
        artifact.size < _SAME_SIZE * plain.size or artifact.gzip_size < _SAME_SIZE * plain.gzip_size
    )
    return not smaller and latency_of(artifact) >= _SAME_SIZE * latency_of(plain)
