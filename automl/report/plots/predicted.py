"""Regression: what was predicted against what was right."""

from __future__ import annotations

from dataclasses import dataclass

from automl.report.plots.canvas import Key, Plot, canvas, markers
from automl.report.plots.palette import BLUE, MUTED, SURFACE
from automl.report.plots.svg import to_svg
from automl.report.snapshot import Snapshot
from automl.tasks.base import spread

NAME = "predicted"
TITLE = "Predicted and true"
#: Points that are drawn at most, so that the page stays small.
MOST_POINTS = 400
#: Numbers that get a plot of their own.
MOST_NUMBERS = 4


@dataclass(frozen=True)
class PredictedView:
    """One number: (true, predicted) of some test examples."""

    number: str
    points: tuple[tuple[float, float], ...]
    examples: int


def predicted_views(snapshot: Snapshot) -> tuple[PredictedView, ...]:
    """Decides what the plots show; nothing where there are no predicted numbers."""
    evidence, data = snapshot.evidence, snapshot.data
    if data is None or snapshot.task != "regression" or "outputs" not in evidence:
        return ()
    y, outputs = evidence["y"], evidence["outputs"]
    rows = spread(len(y), MOST_POINTS)
    return tuple(
        PredictedView(
            name,
            tuple(zip(y[rows, k].tolist(), outputs[rows, k].tolist(), strict=True)),
            len(y),
        )
        for k, name in enumerate(data.target.names[:MOST_NUMBERS])
    )


def predicted_plots(snapshot: Snapshot) -> tuple[Plot, ...]:
    """Returns a plot for each of the first few numbers."""
    return tuple(
        _plot(view, f"{NAME}-{position}")
        for position, view in enumerate(predicted_views(snapshot))
        if view.points
    )


def _plot(view: PredictedView, name: str) -> Plot:
    figure, axes = canvas("true value", "predicted value")
    values = [value for point in view.points for value in point]
    low, high = min(values), max(values)
    pad = 0.04 * (high - low) or 1.0
    axes.plot([low, high], [low, high], color=MUTED, linewidth=1.0, linestyle=(0, (5, 3)))
    axes.set_xlim(low - pad, high + pad)
    axes.set_ylim(low - pad, high + pad)
    markers(
        axes, list(view.points), "points", marker="o", color=BLUE, markersize=4, alpha=0.75,
        markeredgecolor=SURFACE, markeredgewidth=0.4, zorder=3,
    )  # fmt: skip
    title = f"{TITLE}: {view.number}"
    tips = {"points": [f"true {true:.5g}, predicted {told:.5g}" for true, told in view.points]}
    shown = f"{len(view.points):,} of {view.examples:,}" if len(view.points) < view.examples else (
        f"{view.examples:,}"
    )  # fmt: skip
    caption = f"Each point is one of {shown} test examples, predicted by the chosen file."
    keys = (
        Key("circle", "--blue", "test example"),
        Key("dashed", "--muted", "predicted as it is"),
    )
    description = f"{len(view.points)} test examples; on the dashed line a prediction is right."
    return Plot(name, title, caption, to_svg(figure, name, title, description, tips), keys)
