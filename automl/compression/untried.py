"""Recipes that were not tried on a trial, and why: a row without a file for each."""

from __future__ import annotations

from collections.abc import Iterable

from automl.records.store import RunStore
from automl.types import Artifact

#: Name of the fact in the run's records: trial -> recipe -> reason.
_FACT = "untried_recipes"
#: What the reason of such a row begins with.
UNTRIED = "not tried: "


def keep_untried(store: RunStore, trial: int, recipes: Iterable[str], reason: str) -> None:
    """Notes in a run's records why recipes are not tried on a trial."""
    known = store.fact(_FACT) or {}
    mine = {**known.get(str(trial), {}), **dict.fromkeys(recipes, reason)}
    if mine:
        store.set_fact(_FACT, {**known, str(trial): mine})


def untried(store: RunStore, format_name: str, tried: Iterable[Artifact]) -> list[Artifact]:
    """Returns what stands in the ladder for recipes that were not tried.

    Args:
        store: The run's records.
        format_name: Format of the ladder.
        tried: Its files; a recipe that was tried after all is left out.
    """
    there = {(artifact.trial, artifact.recipe) for artifact in tried}
    return [
        Artifact(int(trial), format_name, recipe, path="", reason=f"{UNTRIED}{reason}")
        for trial, reasons in (store.fact(_FACT) or {}).items()
        for recipe, reason in reasons.items()
        if (int(trial), recipe) not in there
    ]
