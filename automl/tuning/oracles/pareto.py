"""What is better when there are several objectives; every one is to be maximized."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Directions and draws that an expected improvement is averaged over.
DIRECTIONS = 64
DRAWS = 16


def dominance(points: Array, violations: Array | None = None) -> NDArray[np.bool_]:
    """Returns a matrix: whether the point of the row dominates that of the column.

    Constraint domination (Deb et al., A fast and elitist multiobjective genetic
    algorithm: NSGA-II, 2002, https://doi.org/10.1109/4235.996017, definition 1):
    who keeps the bounds dominates who does not, and of two that do not, who
    breaks them less.

    Args:
        points: Shape (points, objectives); what stands where bounds are broken
            is not read.
        violations: How much each breaks the bounds, 0 where it keeps them.
    """
    import numpy as np

    better = np.zeros((len(points), len(points)), bool)
    worse = np.zeros_like(better)
    for values in points.T:  # Objective by objective: a short last axis is slow.
        better |= values[:, None] > values
        worse |= values[:, None] < values
    better &= ~worse
    if violations is None:
        return better
    mine, theirs = violations[:, None], violations[None, :]
    kept = (mine == 0.0) & (theirs == 0.0)
    constrained: NDArray[np.bool_] = (kept & better) | (~kept & (mine < theirs))
    return constrained


def fronts(points: Array, violations: Array | None = None) -> NDArray[np.int_]:
    """Returns the rank of each point by non-dominated sorting, 0 for the Pareto front.

    Args:
        points: Shape (points, objectives).
        violations: As of `dominance`.
    """
    import numpy as np

    better = dominance(points, violations)
    above = better.sum(axis=0)
    ranks = np.full(len(points), -1)
    rank = 0
    while (ranks < 0).any():
        front = (ranks < 0) & (above == 0)
        ranks[front] = rank
        above -= better[front].sum(axis=0)
        rank += 1
    return ranks


def crowding(points: Array) -> Array:
    """Returns the crowding distance of each point of one front; infinite at its ends.

    Args:
        points: Shape (points, objectives).
    """
    import numpy as np

    distances = np.zeros(len(points))
    for values in points.T:
        order = np.argsort(values, kind="stable")
        span = values[order[-1]] - values[order[0]]
        distances[order[[0, -1]]] = np.inf
        if span > 0:
            distances[order[1:-1]] += (values[order[2:]] - values[order[:-2]]) / span
    return distances


def hypervolume(points: Array, reference: Array) -> float:
    """Returns the volume that points dominate above a reference point.

    Args:
        points: Shape (points, objectives).
        reference: Shape (objectives,).
    """
    import numpy as np

    inside = points[(points > reference).all(axis=1)] - reference
    if not len(inside):
        return 0.0
    if points.shape[1] == 1:
        return float(inside.max())
    # Slice by slice along the last objective, from the best down.
    inside = inside[np.argsort(-inside[:, -1], kind="stable")]
    floors = np.append(inside[1:, -1], 0.0)
    zero = np.zeros(points.shape[1] - 1)
    return sum(
        hypervolume(inside[: count + 1, :-1], zero) * float(top - floor)
        for count, (top, floor) in enumerate(zip(inside[:, -1], floors, strict=True))
        if top > floor
    )


def expected_improvement(
    mean: Array, deviation: Array, front: Array, rng: np.random.Generator
) -> Array:
    """Returns by how much points are expected to grow the hypervolume above zero.

    A hypervolume is the mean, over random directions, of how far it reaches in
    them (Zhang & Golovin, Random hypervolume scalarizations for provable
    multi-objective black box optimization, 2020,
    https://proceedings.mlr.press/v119/zhang20i.html), for any number of
    objectives.

    Args:
        mean: What is expected of the points, shape (points, objectives).
        deviation: How sure that is, of the same shape.
        front: What is there, shape (others, objectives).
        rng: Where chance comes from.
    """
    import numpy as np

    objectives = mean.shape[1]
    directions = np.abs(rng.standard_normal((DIRECTIONS, objectives)))
    directions = np.maximum(directions / np.linalg.norm(directions, axis=1, keepdims=True), 1e-3)
    reached = _reach(front, directions).max(axis=0, initial=0.0)
    total = np.zeros(len(mean))
    for lot in rng.standard_normal((DRAWS // 2, objectives)):
        for draw in (lot, -lot):  # Each with its opposite: the mean is met exactly.
            gained = _reach(mean + deviation * draw, directions) - reached
            total += np.maximum(gained, 0.0, out=gained).sum(axis=1)
    return total / (DRAWS * DIRECTIONS)


def _reach(points: Array, directions: Array) -> Array:
    """Returns how far points reach in each direction, to the power of the objectives."""
    import numpy as np

    reach = np.full((len(points), len(directions)), np.inf)
    for values, shares in zip(points.T, directions.T, strict=True):
        np.minimum(reach, np.maximum(values, 0.0)[:, None] / shares, out=reach)
    powered: Array = reach ** points.shape[1]
    return powered
