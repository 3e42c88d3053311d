"""First guesses from what earlier runs found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from automl.config import Constraints
from automl.errors import AutomlError
from automl.learned.lesson import FAR, Kind, Lesson, Proven
from automl.tuning.constraints import excess
from automl.types import Measures, Trial

if TYPE_CHECKING:
    from search_spaces.space import SearchSpace

#: Configurations that a run leaves, and that a later one begins with, at most.
LEFT, TAKEN = 5, 4
#: How far over a bound a configuration may have been elsewhere: other data, other sizes.
TOLERATED = 1.5
#: The hyperparameter of a union that names its member.
_ROOT = "space"


def learned_guesses(
    lessons: Sequence[Lesson], kind: Kind, space: SearchSpace, constraints: Constraints
) -> tuple[list[dict[str, Any]], int]:
    """Returns configurations to begin with, and how many runs they come from.

    The best of the run on the most similar data comes first, then the best of the
    next, and so on. What is not legal in `space` is left out.

    Args:
        lessons: What is known, newest first.
        kind: What the data at hand is like.
        space: What is searched.
        constraints: Bounds; what was far over one elsewhere is left out.
    """
    near = [(kind.distance(each.kind), each) for each in lessons]
    near = sorted((pair for pair in near if pair[0] <= FAR), key=lambda pair: pair[0])
    found: dict[str, dict[str, Any]] = {}
    sources: set[int] = set()
    for rank in range(LEFT):
        for place, (_, lesson) in enumerate(near):
            if rank >= len(lesson.proven) or len(found) >= TAKEN:
                continue
            values = _legal(lesson.proven[rank], space, constraints)
            if values is not None and repr(values) not in found:
                found[repr(values)] = values
                sources.add(place)
    return list(found.values()), len(sources)


def proven(trials: Iterable[Trial], space: SearchSpace) -> tuple[Proven, ...]:
    """Returns what is left of a run's best trials, in their order.

    Args:
        trials: The trials, best first.
        space: What was searched.
    """
    return tuple(_proven(trial, space) for trial in list(trials)[:LEFT])


def _proven(trial: Trial, space: SearchSpace) -> Proven:
    name, values = space.name, dict(trial.architecture or trial.values)
    members: Mapping[str, Any] = getattr(space, "members", {})
    if members and values.get(_ROOT) in members:
        name = str(values.pop(_ROOT))
        values = {key.removeprefix(f"{name}/"): value for key, value in values.items()}
    measures = vars(trial.measures) if trial.measures else {}
    numbers = {
        key: value
        for key, value in measures.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return Proven(name, values, numbers)


def _legal(found: Proven, space: SearchSpace, constraints: Constraints) -> dict[str, Any] | None:
    """Returns a configuration as `space` writes it; None if it is none of it, or too costly."""
    known = {each.name for each in fields(Measures)}
    measures = {key: value for key, value in found.measures.items() if key in known}
    empty = Measures(0, None, None, None, None, "")
    if excess(constraints, Measures(**{**vars(empty), **measures})) > TOLERATED:
        return None
    values, members = found.values, getattr(space, "members", {})
    if members:
        if found.space not in members:
            return None
        values = {f"{found.space}/{key}": value for key, value in values.items()}
        values[_ROOT] = found.space
    elif found.space != space.name:
        return None
    try:
        canonical: dict[str, Any] = space.canonical(values)
    except (AutomlError, KeyError, TypeError, ValueError):
        return None
    return canonical
