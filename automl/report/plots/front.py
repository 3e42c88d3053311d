"""Every candidate: what it scores against how many bytes it takes."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from automl.report.plots.canvas import Key, Plot, bytes_axis, canvas, focus, markers, value_axis
from automl.report.plots.palette import BAND, BLUE, INK, MUTED, ORANGE, RED, SURFACE
from automl.report.plots.svg import to_svg
from automl.report.snapshot import Snapshot
from automl.selection import pareto_front, score
from automl.types import Trial, TrialState
from automl.units import format_size

NAME = "front"
TITLE = "Every candidate: score and size"


@dataclass(frozen=True)
class Point:
    """A candidate; `value` is None if it was not trained to an end."""

    size: float
    value: float | None
    tip: str


@dataclass(frozen=True)
class FrontView:
    """What the plot shows.

    Attributes:
        front: Those of `trained` that none is both smaller and better than.
        untrained: Candidates that the gate rejected.
        bound: Bytes at most, or None.
        error: One standard error of the best, 0 if it is not known.
    """

    label: str
    higher: bool
    trained: tuple[Point, ...]
    front: tuple[Point, ...]
    winner: Point | None
    untrained: tuple[Point, ...]
    failed: tuple[Point, ...]
    bound: float | None
    error: float
    recipe: str


def front_view(snapshot: Snapshot) -> FrontView:
    """Decides what the plot shows."""
    metric = snapshot.metric
    completed = [
        trial
        for trial in snapshot.in_state(TrialState.COMPLETED)
        if _size(trial) and metric.value(trial) is not None
    ]
    points = {trial.number: _point(trial, snapshot) for trial in completed}
    front = pareto_front(completed, (metric.name, "size"))
    best = max(completed, key=lambda t: score(t), default=None)
    error = (snapshot.error_of(best) if best else None) or 0.0
    return FrontView(
        label=metric.label,
        higher=metric.higher_is_better,
        trained=tuple(points.values()),
        front=tuple(sorted((points[t.number] for t in front), key=lambda point: point.size)),
        winner=points.get(snapshot.choice.trial) if snapshot.choice else None,
        untrained=_others(snapshot, TrialState.REJECTED),
        failed=_others(snapshot, TrialState.FAILED),
        bound=snapshot.config.constraints.max_size,
        error=error,
        recipe=snapshot.gate_recipe,
    )


def front_plot(snapshot: Snapshot) -> Plot:
    """Returns the plot, or why there is none."""
    view = front_view(snapshot)
    if not view.trained and not view.untrained:
        return Plot(NAME, TITLE, missing="No candidate has been measured and trained yet.")
    figure, low, high = _draw(view)
    below = _below(view, low, high)
    tips = {
        "trained": [p.tip for p in view.trained if p not in below],
        "front": [p.tip for p in view.front if p not in below],
        "below": [p.tip for p in below],
        "winner": [view.winner.tip] if view.winner else [],
        "untrained": [p.tip for p in view.untrained],
        "failed": [p.tip for p in view.failed],
    }
    recipe = f" as {view.recipe}" if view.recipe else ""
    caption = (
        f"Each point is a trained trial: {view.label} of the Keras model against the bytes of its"
        f" artifact{recipe}, measured before training. Further {'up' if view.higher else 'down'}"
        " and left is better."
        if view.trained
        else f"No trial was trained; the ticks are the bytes of rejected candidates{recipe}."
    )
    return Plot(
        NAME,
        TITLE,
        caption,
        to_svg(figure, NAME, TITLE, _description(view), tips),
        _keys(view, bool(below)),
    )


def _draw(view: FrontView) -> tuple[Figure, float, float]:
    figure, axes = canvas("bytes of the artifact (log scale)", view.label)
    values = [point.value for point in view.trained if point.value is not None]
    low, high = focus(values or [0.0], higher=view.higher)
    every = (*view.trained, *view.untrained, *view.failed)
    bytes_axis(axes, [p.size for p in every] + ([view.bound] if view.bound else []))
    value_axis(axes, low, high)
    if not values:
        axes.set_yticks([])
    if view.error:
        best = max(values) if view.higher else min(values)
        worse = best - view.error if view.higher else best + view.error
        axes.axhspan(*sorted((worse, best)), color=BAND, linewidth=0, zorder=0.5)
    if view.bound:
        axes.axvline(view.bound, color=RED, linewidth=1.2, linestyle=(0, (5, 3)))
    edge = {"markeredgecolor": SURFACE, "markeredgewidth": 0.6}
    below = _below(view, low, high)
    markers(
        axes, _xy(view.trained, below), "trained", marker="o", color=BLUE, markersize=5.5, **edge
    )
    line = _xy(view.front, below)
    if len(line) > 1:
        axes.plot(*zip(*line, strict=True), color=ORANGE, linewidth=1.4, zorder=2.5)
    markers(axes, line, "front", marker="s", color=ORANGE, markersize=5.5, zorder=3, **edge)
    if view.winner and view.winner not in below:
        markers(
            axes, _xy((view.winner,), ()), "winner", marker="*", color=RED, markersize=14,
            zorder=4, markeredgecolor=SURFACE, markeredgewidth=0.8,
        )  # fmt: skip
    foot = axes.get_xaxis_transform()
    edge_y = 0.09 if view.higher else 0.93
    markers(
        axes, [(p.size, edge_y) for p in below], "below", marker="v" if view.higher else "^",
        color=BLUE, markersize=6, transform=foot,
    )  # fmt: skip
    markers(
        axes, [(p.size, 0.025) for p in view.untrained], "untrained", marker="|", color=MUTED,
        markersize=9, markeredgewidth=1.3, transform=foot,
    )  # fmt: skip
    markers(
        axes, [(p.size, 0.04) for p in view.failed], "failed", marker="x", color=INK,
        markersize=5.5, markeredgewidth=1.3, transform=foot,
    )  # fmt: skip
    return figure, low, high


def _below(view: FrontView, low: float, high: float) -> tuple[Point, ...]:
    """Points too far off to be drawn in their place."""
    return tuple(p for p in view.trained if p.value is not None and not low <= p.value <= high)


def _xy(points: tuple[Point, ...], without: tuple[Point, ...]) -> list[tuple[float, float]]:
    return [(p.size, p.value) for p in points if p.value is not None and p not in without]


def _keys(view: FrontView, below: bool) -> tuple[Key, ...]:
    keys = [
        (bool(view.winner), Key("star", "--red", "winner")),
        (bool(view.front), Key("square-line", "--orange", "none is both smaller and better")),
        (bool(view.trained), Key("circle", "--blue", "trained")),
        (below, Key("down" if view.higher else "up", "--blue", "trained, off the scale")),
        (bool(view.untrained), Key("tick", "--muted", "rejected before training")),
        (bool(view.failed), Key("cross", "--ink", "failed")),
        (bool(view.bound), Key("dashed", "--red", f"--max-size {format_size(view.bound)}")),
        (bool(view.error), Key("band", "--band", "within one standard error of the best")),
    ]
    return tuple(key for shown, key in keys if shown)


def _description(view: FrontView) -> str:
    text = f"{len(view.trained)} trained trials, {len(view.untrained)} rejected before training."
    if view.winner and view.winner.value is not None:
        text += f" The winner: {view.winner.tip}."
    return f"{text} The table of trials holds the same figures."


def _others(snapshot: Snapshot, state: TrialState) -> tuple[Point, ...]:
    return tuple(_point(t, snapshot) for t in snapshot.in_state(state) if _size(t))


def _point(trial: Trial, snapshot: Snapshot) -> Point:
    value, size = snapshot.metric.value(trial), _size(trial)
    if trial.state is TrialState.COMPLETED:
        told = f"{snapshot.metric.label} {snapshot.metric.format(value)}"
    else:
        told = f"{trial.state}: {trial.reason}"
    return Point(size, value, f"Trial {trial.number}, {format_size(size)}, {told}")


def _size(trial: Trial) -> float:
    return float((trial.measures.size if trial.measures else None) or 0)
