"""The learning curves of the best few trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from automl.report.metric import Metric
from automl.report.numbers import plural
from automl.report.plots.canvas import Key, Plot, canvas, count_axis, markers, value_axis
from automl.report.plots.palette import ROLES, SERIES, SURFACE
from automl.report.plots.svg import to_svg
from automl.report.snapshot import Snapshot
from automl.tasks.metrics import VALIDATION
from automl.types import Trial

NAME = "curves"
TITLE = "Learning curves of the best trials"

#: Dash patterns, so that colour is not needed to tell curves apart.
_DASHES = ((0, ()), (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (4, 1, 1, 1, 1, 1)))
_SHAPES = ("line", "dash-1", "dash-2", "dash-3", "dash-4")
#: Share of the epochs, the worst of all, that may lie off the scale.
_CUT = 0.1


@dataclass(frozen=True)
class Curve:
    """One trial's metric by epoch, from 1.

    Attributes:
        value: The metric that the trial is known by.
        kept: The epoch whose weights were kept, or None if the records do not tell.
    """

    trial: int
    winner: bool
    points: tuple[tuple[int, float], ...]
    value: float | None
    kept: int | None


def curves(snapshot: Snapshot) -> tuple[Curve, ...]:
    """Decides what the plot shows."""
    metric = curve_metric(snapshot)
    found = []
    for trial in snapshot.trials:
        epochs = snapshot.curves.get(trial.number, ())
        values = [(epoch, metric.of(metrics)) for epoch, metrics in enumerate(epochs, 1)]
        points = tuple((epoch, value) for epoch, value in values if value is not None)
        if not points:
            continue
        # A trial carries the metrics of the epoch it kept, whatever that was chosen by.
        kept = next((i for i, each in enumerate(epochs, 1) if _is_kept(each, trial)), None)
        winner = snapshot.choice is not None and snapshot.choice.trial == trial.number
        found.append(Curve(trial.number, winner, points, metric.value(trial), kept))
    order = list(snapshot.curves)
    return tuple(sorted(found, key=lambda curve: order.index(curve.trial)))


def curve_metric(snapshot: Snapshot) -> Metric:
    """Returns what ranks the trials, if it was measured after each epoch; else the loss."""
    metric = snapshot.metric
    epochs = (each for every in snapshot.curves.values() for each in every)
    return metric if any(metric.name in each for each in epochs) else Metric("val_loss")


def _is_kept(epoch: Mapping[str, float], trial: Trial) -> bool:
    """Returns whether an epoch's figures are the trial's, as far as Keras measured them."""
    return epoch.get("val_loss") == trial.metrics.get("val_loss") and all(
        trial.metrics.get(name) == value
        for name, value in epoch.items()
        if not name.startswith(VALIDATION)
    )


def curves_plot(snapshot: Snapshot) -> Plot:
    """Returns the plot, or why there is none."""
    view, metric = curves(snapshot), curve_metric(snapshot)
    if not view:
        return Plot(NAME, TITLE, missing="No epochs have been recorded for a completed trial.")
    figure = _draw(view, metric.label, metric.higher_is_better)
    tips = {f"curve-{curve.trial}": [_tip(curve, metric)] for curve in view}
    tips |= {f"kept-{curve.trial}": [_tip(curve, metric)] for curve in view}
    keys = tuple(
        Key(
            _SHAPES[i % len(_SHAPES)],
            ROLES[SERIES[i % len(SERIES)]],
            f"trial {curve.trial}{', winner' if curve.winner else ''}:"
            f" {metric.format(curve.value)}",
        )
        for i, curve in enumerate(view)
    )
    description = "; ".join(_tip(curve, metric) for curve in view) + "."
    caption = (
        f"{metric.heading} after each epoch. The dot marks the epoch whose"
        f" weights were kept; the figure is its. {_cut_words(view, metric.higher_is_better)}"
    )
    svg = to_svg(figure, NAME, TITLE, description, tips)
    return Plot(NAME, TITLE, caption.strip(), svg, keys)


def _draw(view: tuple[Curve, ...], label: str, higher: bool) -> Figure:
    figure, axes = canvas("epoch", label)
    longest = max(curve.points[-1][0] for curve in view)
    count_axis(axes, 0.5, longest + 0.8)
    value_axis(axes, *_limits(view, higher))
    for i, curve in enumerate(view):
        style: dict[str, Any] = {
            "color": SERIES[i % len(SERIES)],
            "zorder": 4 if curve.winner else 3,
        }
        axes.plot(
            *zip(*curve.points, strict=True), gid=f"curve-{curve.trial}",
            linestyle=_DASHES[i % len(_DASHES)], linewidth=2.2 if curve.winner else 1.3, **style,
        )  # fmt: skip
        kept = [point for point in curve.points if point[0] == curve.kept]
        markers(
            axes, kept, f"kept-{curve.trial}", marker="o", markersize=6.5,
            markeredgecolor=SURFACE, markeredgewidth=0.8, **style,
        )  # fmt: skip
    return figure


def _tip(curve: Curve, metric: Metric) -> str:
    of = f"of {plural(curve.points[-1][0], 'epoch')}"
    where = f"epoch {curve.kept} {of} was kept" if curve.kept else of
    return f"Trial {curve.trial}: {metric.label} {metric.format(curve.value)}, {where}"


def _limits(view: tuple[Curve, ...], higher: bool) -> tuple[float, float]:
    values = sorted(value for curve in view for _, value in curve.points)
    cut = int(_CUT * len(values))
    shown = values[cut:] if higher else values[: len(values) - cut]
    pad = max(0.06 * (shown[-1] - shown[0]), 0.002)
    return shown[0] - pad, shown[-1] + pad


def _cut_words(view: tuple[Curve, ...], higher: bool) -> str:
    low, high = _limits(view, higher)
    off = sum(not low <= value <= high for curve in view for _, value in curve.points)
    if not off:
        return ""
    side = "below" if higher else "above"
    return f"{plural(off, 'epoch')} {'lies' if off == 1 else 'lie'} {side} the scale."
