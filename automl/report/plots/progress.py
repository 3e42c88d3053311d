"""How the best score grew, trial by trial."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.figure import Figure

from automl.report.plots.canvas import Key, Plot, canvas, count_axis, focus, markers, value_axis
from automl.report.plots.palette import BLUE, INK, MUTED, ORANGE, SURFACE
from automl.report.plots.svg import to_svg
from automl.report.snapshot import Snapshot
from automl.types import TrialState
from automl.units import format_duration

NAME = "progress"
TITLE = "The best so far"


@dataclass(frozen=True)
class Step:
    """One candidate; `value` and `best` are None where there is none."""

    number: int
    state: TrialState
    value: float | None
    best: float | None
    tip: str


def steps(snapshot: Snapshot) -> tuple[Step, ...]:
    """Decides what the plot shows: the finished candidates, in the order of proposal."""
    metric, best, spent = snapshot.metric, None, 0.0
    found = []
    for trial in snapshot.trials:
        if not trial.state.finished:
            continue
        spent += trial.seconds
        value = metric.value(trial) if trial.state is TrialState.COMPLETED else None
        if value is not None and (best is None or metric.better(value, best)):
            best = value
        told = f"{metric.label} {metric.format(value)}" if value is not None else str(trial.state)
        tip = (
            f"Trial {trial.number}, {told}, best so far {metric.format(best)},"
            f" after {format_duration(spent)} of work on trials"
        )
        found.append(Step(trial.number, trial.state, value, best, tip))
    return tuple(found)


def progress_plot(snapshot: Snapshot) -> Plot:
    """Returns the plot, or why there is none."""
    view, metric = steps(snapshot), snapshot.metric
    trained = [step for step in view if step.value is not None]
    if len(trained) < 2:
        return Plot(NAME, TITLE, missing="Fewer than two trials have been trained.")
    values = [step.value for step in trained if step.value is not None]
    low, high = focus(values, higher=metric.higher_is_better)
    off = [s for s in trained if s.value is not None and not low <= s.value <= high]
    groups = {
        "trained": [step for step in trained if step not in off],
        "off": off,
        "untrained": [step for step in view if step.state is TrialState.REJECTED],
        "failed": [step for step in view if step.state is TrialState.FAILED],
    }
    figure = _draw(view, groups, (low, high), metric.label, metric.higher_is_better)
    last = view[-1]
    description = (
        f"{metric.label} of {len(trained)} trained trials in the order of proposal; the best"
        f" {'rose' if metric.higher_is_better else 'fell'} to {metric.format(last.best)}."
    )
    caption = (
        "Each point is a trained trial, in the order of proposal; the line is the best so far."
    )
    tips = {gid: [step.tip for step in found] for gid, found in groups.items()}
    svg = to_svg(figure, NAME, TITLE, description, tips)
    return Plot(NAME, TITLE, caption, svg, _keys(groups, metric.higher_is_better))


def _draw(
    view: tuple[Step, ...],
    groups: dict[str, list[Step]],
    limits: tuple[float, float],
    label: str,
    higher: bool,
) -> Figure:
    figure, axes = canvas("candidate, in the order of proposal", label)
    count_axis(axes, view[0].number - 0.6, view[-1].number + 0.6)
    value_axis(axes, *limits)
    best = [(step.number, step.best) for step in view if step.best is not None]
    axes.plot(
        [number for number, _ in best], [value for _, value in best], color=ORANGE,
        linewidth=1.8, drawstyle="steps-post",
    )  # fmt: skip
    markers(
        axes, [(s.number, s.value) for s in groups["trained"] if s.value is not None], "trained",
        marker="o", color=BLUE, markersize=5.5, markeredgecolor=SURFACE, markeredgewidth=0.6,
        zorder=3,
    )  # fmt: skip
    foot = axes.get_xaxis_transform()
    markers(
        axes, [(s.number, 0.09 if higher else 0.93) for s in groups["off"]], "off",
        marker="v" if higher else "^", color=BLUE, markersize=6, transform=foot,
    )  # fmt: skip
    markers(
        axes, [(s.number, 0.025) for s in groups["untrained"]], "untrained", marker="|",
        color=MUTED, markersize=9, markeredgewidth=1.3, transform=foot,
    )  # fmt: skip
    markers(
        axes, [(s.number, 0.04) for s in groups["failed"]], "failed", marker="x", color=INK,
        markersize=5.5, markeredgewidth=1.3, transform=foot,
    )  # fmt: skip
    return figure


def _keys(groups: dict[str, list[Step]], higher: bool) -> tuple[Key, ...]:
    keys = [
        (True, Key("line", "--orange", "best so far")),
        (True, Key("circle", "--blue", "trained")),
        (bool(groups["off"]), Key("down" if higher else "up", "--blue", "trained, off the scale")),
        (bool(groups["untrained"]), Key("tick", "--muted", "rejected before training")),
        (bool(groups["failed"]), Key("cross", "--ink", "failed")),
    ]
    return tuple(key for shown, key in keys if shown)
