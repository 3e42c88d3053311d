"""Which of a run's files were to ship."""

from __future__ import annotations

from typing import Protocol

from automl.config import SearchConfig
from automl.types import Artifact, Choice


class Decided(Protocol):
    """A run, or a picture of one, as far as what ships is concerned."""

    @property
    def config(self) -> SearchConfig:
        """What was asked for."""

    @property
    def choice(self) -> Choice | None:
        """What won; None before that is decided."""


def is_export(artifact: Artifact, run: Decided) -> bool:
    """Returns whether a file was to ship: it is in place, or the winner's in a recipe asked for.

    What was only compared with others on validation data was not.
    """
    choice = run.choice
    if choice is None or artifact.placed:
        return artifact.placed
    asked = (*run.config.recipes, choice.recipe)
    first = artifact.format == run.config.formats[0]
    return artifact.trial == choice.trial and (not first or artifact.recipe in asked)
