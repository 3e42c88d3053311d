"""A run's two dealings with what was learned: what it begins with, and what it leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from automl.config import SearchConfig
from automl.learned.guessing import learned_guesses, proven
from automl.learned.home import home
from automl.learned.lesson import Kind, Lesson
from automl.learned.shelf import Shelf
from automl.records.store import RunStore
from automl.types import Trial

if TYPE_CHECKING:
    from automl.data.dataset import DataSummary
    from search_spaces.space import SearchSpace

FACT = "learned"


def first_guesses(
    config: SearchConfig, store: RunStore, data: DataSummary, space: SearchSpace
) -> tuple[list[dict[str, Any]], str]:
    """Returns what earlier runs would begin with, and a line that says so.

    It is decided once and written into the run: a resumed run begins with the same,
    whatever was learned since.

    Args:
        config: What is searched.
        store: The run's records; its task is known.
        data: The run's data.
        space: What is searched.
    """
    known = store.fact(FACT)
    if known is None:
        guesses: list[dict[str, Any]] = []
        runs, place = 0, home()
        if config.learn and not config.fresh and place is not None:
            kind = Kind.of(data, store.fact("task"))
            lessons = Shelf(place).lessons()
            guesses, runs = learned_guesses(lessons, kind, space, config.constraints)
        known = {"guesses": guesses, "runs": runs}
        store.set_fact(FACT, known)
    if not known["guesses"]:
        return [], ""
    count, runs = len(known["guesses"]), known["runs"]
    return known["guesses"], (
        f"Begins with {count} configuration{'s' * (count > 1)} that did best in"
        f" {runs} earlier run{'s' * (runs > 1)} on data of the same kind"
        " (--fresh leaves them out)."
    )


def keep(
    config: SearchConfig,
    store: RunStore,
    data: DataSummary,
    space: SearchSpace,
    best: Sequence[Trial],
) -> str:
    """Leaves what a finished run found to later ones; returns what went wrong, if anything.

    Args:
        config: What was searched.
        store: The run's records.
        data: The run's data.
        space: What was searched.
        best: Its best trials, best first.
    """
    place = home()
    if not config.learn or place is None or not best:
        return ""
    kind = Kind.of(data, store.fact("task"))
    lesson = Lesson(kind, store.fact("objective")[0], proven(best, space))
    # The same run may be finished again, once it was extended.
    name = f"{store.fact('created')} {store.folder.resolve()}"
    try:
        Shelf(place).keep(hashlib.sha256(name.encode()).hexdigest(), lesson)
    except OSError as error:
        return (
            f"What this run found cannot be kept for later ones: {error}."
            " Name another folder in AUTOML_HOME, or search with --no-learn."
        )
    return ""
