"""Anomaly detection: how scores of test examples lie to the threshold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl.report.plots.canvas import Key, Plot, canvas
from automl.report.plots.palette import BLUE, ORANGE, RED
from automl.report.plots.svg import to_svg
from automl.report.snapshot import Snapshot
from automl.tasks.normality import find_normal

NAME = "scores"
TITLE = "Scores of test examples"
BINS = 30
#: Scores above this quantile are drawn at the right edge.
_SHOWN = 0.99


@dataclass(frozen=True)
class ScoresView:
    """What the plot shows.

    Attributes:
        edges: Edges of the bins, one more than counts.
        normal: Number of normal examples in each bin.
        abnormal: The same of abnormal ones; all zero where none is known.
        threshold: Score from which on an example is abnormal, or None.
        told: What that threshold does on these examples, in words.
        beyond: Number of scores past the last edge, counted in the last bin.
    """

    edges: tuple[float, ...]
    normal: tuple[int, ...]
    abnormal: tuple[int, ...]
    threshold: float | None
    told: str
    beyond: int


def scores_view(snapshot: Snapshot) -> ScoresView | None:
    """Decides what the plot shows; None where there are no scores."""
    import numpy as np

    evidence, data = snapshot.evidence, snapshot.data
    if data is None or snapshot.task != "anomaly" or "outputs" not in evidence:
        return None
    scores = evidence["outputs"].reshape(-1).astype(float)
    if not len(scores):
        return None
    abnormal = find_normal(data).abnormal(evidence["y"])
    threshold = snapshot.threshold
    end = max(float(np.quantile(scores, _SHOWN)), 1.25 * (threshold or 0.0))
    low = min(0.0, float(scores.min()))
    edges = np.linspace(low, end if end > low else low + 1.0, BINS + 1)
    held = np.minimum(scores, edges[-1])

    def counted(chosen: Any) -> tuple[int, ...]:
        return tuple(np.histogram(held[chosen], edges)[0].tolist())

    return ScoresView(
        tuple(edges.tolist()),
        counted(~abnormal),
        counted(abnormal),
        threshold,
        _told(scores, abnormal, threshold),
        int((scores > edges[-1]).sum()),
    )


def scores_plots(snapshot: Snapshot) -> tuple[Plot, ...]:
    """Returns the plot, if there are scores."""
    view = scores_view(snapshot)
    if view is None:
        return ()
    figure, axes = canvas("score", "test examples")
    tips: dict[str, list[str]] = {}
    for name, counts, colour in (
        ("normal", view.normal, BLUE),
        ("abnormal", view.abnormal, ORANGE),
    ):
        for k, count in enumerate(counts):
            if count:
                left, right = view.edges[k], view.edges[k + 1]
                axes.bar(
                    left, count, width=right - left, align="edge", color=colour, alpha=0.65,
                    gid=f"{name}-{k}", linewidth=0,
                )  # fmt: skip
                axes.patches[-1].set_gid(f"{name}-{k}")
                tips[f"{name}-{k}"] = [f"{count} {name}, score {left:.3g} to {right:.3g}"]
    axes.set_xlim(view.edges[0], view.edges[-1])
    axes.set_ylim(0, 1.06 * max(*view.normal, *view.abnormal, 1))
    if view.threshold is not None:
        axes.axvline(view.threshold, color=RED, linewidth=1.4, linestyle=(0, (5, 3)))
    beyond = f" {view.beyond} above the scale are counted in the last bar." if view.beyond else ""
    caption = (
        "How many test examples got which score from the chosen file; the higher, the less an"
        f" example is like those that were trained on. {view.told}{beyond}"
    )
    keys = [
        (True, Key("circle", "--blue", "normal" if any(view.abnormal) else "not labelled")),
        (any(view.abnormal), Key("circle", "--orange", "abnormal")),
        (
            view.threshold is not None,
            Key("dashed", "--red", f"threshold {view.threshold or 0:.4g}, from validation data"),
        ),
    ]
    svg = to_svg(figure, NAME, TITLE, view.told or caption, tips)
    return (Plot(NAME, TITLE, caption, svg, tuple(key for shown, key in keys if shown)),)


def _told(scores: Any, abnormal: Any, threshold: float | None) -> str:
    if threshold is None:
        return ""
    above = scores >= threshold
    if not abnormal.any():
        return f"{int(above.sum()):,} of {len(scores):,} are at the threshold or above."
    good = ~abnormal
    return (
        f"At the threshold or above are {int((above & abnormal).sum()):,} of the"
        f" {int(abnormal.sum()):,} abnormal examples and {int((above & good).sum()):,} of the"
        f" {int(good.sum()):,} normal ones."
    )
