"""The compression ladder: what each recipe costs in quality and saves in bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from matplotlib.figure import Figure

from automl.report.numbers import format_name, with_error
from automl.report.plots.canvas import Key, Plot, bytes_axis, canvas, markers, value_axis
from automl.report.plots.palette import BAND, INK, MUTED, RED, ROLES, SERIES, SURFACE
from automl.report.plots.svg import to_svg
from automl.report.snapshot import Snapshot
from automl.types import Artifact, VerificationStatus
from automl.units import format_size

NAME = "ladder"
TITLE = "The compression ladder"

_MARKERS = (("o", "circle"), ("s", "square"), ("^", "up"), ("D", "diamond"), ("P", "plus"))
_DASHES = ("-", "--", ":", "-.", (0, (1, 4)))


@dataclass(frozen=True)
class Rung:
    """One judged artifact."""

    trial: int
    format: str
    recipe: str
    size: float
    quality: float
    failed: bool
    chosen: bool
    tip: str


@dataclass(frozen=True)
class LadderView:
    """What the plot shows; `error` is one standard error of the best, 0 if not known."""

    rungs: tuple[Rung, ...]
    bound: float | None
    error: float
    label: str = "validation accuracy"
    higher: bool = True

    @property
    def best(self) -> float | None:
        """The best quality of those that passed."""
        passed = [rung.quality for rung in self.rungs if not rung.failed]
        return (max if self.higher else min)(passed, default=None)


def ladder_view(snapshot: Snapshot) -> LadderView:
    """Decides what the plot shows: the artifacts that were judged on validation data."""
    metric = snapshot.quality
    judged = [
        artifact
        for artifact in snapshot.judged
        if artifact.validation_quality is not None and artifact.size > 0
    ]
    rungs = tuple(_rung(each, each.validation_quality or 0.0, snapshot) for each in judged)
    view = LadderView(
        rungs,
        snapshot.config.constraints.max_size,
        0.0,
        f"validation {metric.label}",
        metric.higher_is_better,
    )
    top = next((a for a in judged if a.validation_quality == view.best), None)
    return replace(view, error=(top.validation_error if top else None) or 0.0)


def ladder_plot(snapshot: Snapshot) -> Plot:
    """Returns the plot, or why there is none."""
    view = ladder_view(snapshot)
    if not view.rungs:
        return Plot(NAME, TITLE, missing="No compressed artifact has been judged yet.")
    recipes = list(dict.fromkeys(rung.recipe for rung in view.rungs))
    trials = list(dict.fromkeys((rung.trial, rung.format) for rung in view.rungs))
    figure = _draw(view, recipes, trials)
    groups = _groups(view, recipes, trials)
    tips = {gid: [rung.tip for rung in found] for gid, found in groups.items()}
    description = f"{len(view.rungs)} artifacts. {'; '.join(rung.tip for rung in view.rungs)}."
    caption = (
        "Each point is an exported file, run on its runtime on the validation examples; a line"
        " joins the models in one recipe, and a number is that of the trial."
    )
    svg = to_svg(figure, NAME, TITLE, description, tips)
    return Plot(NAME, TITLE, caption, svg, _keys(view, recipes))


def _draw(view: LadderView, recipes: list[str], trials: list[tuple[int, str]]) -> Figure:
    figure, axes = canvas("bytes of the file (log scale)", view.label)
    values = [rung.quality for rung in view.rungs]
    least = 0.002 if view.higher else 0.01 * abs(max(values))
    pad = max(0.1 * (max(values) - min(values)), least, 0.6 * view.error)
    bytes_axis(axes, [rung.size for rung in view.rungs] + ([view.bound] if view.bound else []))
    value_axis(axes, min(values) - pad, max(values) + pad)
    top = view.best
    if view.error and top is not None:
        worse = top - view.error if view.higher else top + view.error
        axes.axhspan(*sorted((worse, top)), color=BAND, linewidth=0, zorder=0.5)
    if view.bound:
        axes.axvline(view.bound, color=RED, linewidth=1.2, linestyle=(0, (5, 3)))
    for recipe in recipes:
        mine = sorted((r for r in view.rungs if r.recipe == recipe), key=lambda r: r.size)
        colour, _, dash = _style(recipes.index(recipe))
        axes.plot(
            [r.size for r in mine], [r.quality for r in mine], linewidth=1.3, alpha=0.8,
            color=colour, linestyle=dash,
        )  # fmt: skip
    for gid, found in _groups(view, recipes, trials).items():
        rung = found[0]
        colour, (marker, _), _ = _style(recipes.index(rung.recipe))
        if len(trials) > 1:
            axes.annotate(
                str(rung.trial), (rung.size, rung.quality), xytext=(6, 4), color=MUTED,
                textcoords="offset points", fontsize=7, zorder=3.1, annotation_clip=True,
            )  # fmt: skip
        markers(
            axes, [(rung.size, rung.quality)], gid, marker="x" if rung.failed else marker,
            color=colour, markersize=8, zorder=3,
            markeredgecolor=colour if rung.failed else SURFACE,
            markeredgewidth=1.8 if rung.failed else 0.8,
        )  # fmt: skip
        if rung.chosen:
            markers(
                axes, [(rung.size, rung.quality)], "ring", marker="o", markersize=15,
                color="none", markeredgecolor=INK, markeredgewidth=1.4, zorder=2.9,
            )  # fmt: skip
    return figure


def _groups(
    view: LadderView, recipes: list[str], trials: list[tuple[int, str]]
) -> dict[str, list[Rung]]:
    return {
        f"rung-{trials.index((r.trial, r.format))}-{recipes.index(r.recipe)}": [r]
        for r in view.rungs
    }


def _keys(view: LadderView, recipes: list[str]) -> tuple[Key, ...]:
    styles = [_style(number) for number in range(len(recipes))]
    shapes = [
        Key(shape, ROLES[colour], name)
        for name, (colour, (_, shape), _) in zip(recipes, styles, strict=True)
    ]
    rest = [
        (any(rung.chosen for rung in view.rungs), Key("ring", "--ink", "chosen")),
        (any(rung.failed for rung in view.rungs), Key("cross", "--ink", "failed")),
        (bool(view.bound), Key("dashed", "--red", f"--max-size {format_size(view.bound)}")),
        (bool(view.error), Key("band", "--band", "within one standard error of the best")),
    ]
    return (*shapes, *(key for shown, key in rest if shown))


def _style(number: int) -> tuple[str, tuple[str, str], Any]:
    """Returns colour, marker and dash of a recipe; no two of the first 25 are alike."""
    shift = number // len(SERIES)
    marker = _MARKERS[(number + shift) % len(_MARKERS)]
    return SERIES[number % len(SERIES)], marker, _DASHES[shift % len(_DASHES)]


def _rung(artifact: Artifact, quality: float, snapshot: Snapshot) -> Rung:
    metric = snapshot.quality
    shown = with_error(quality, artifact.validation_error, metric)
    failed = artifact.status is VerificationStatus.FAILED
    tip = (
        f"Trial {artifact.trial} as {artifact.recipe} {format_name(artifact.format)},"
        f" {format_size(artifact.size)}, validation {metric.label} {shown}"
    )
    return Rung(
        trial=artifact.trial,
        format=artifact.format,
        recipe=artifact.recipe,
        size=float(artifact.size),
        quality=quality,
        failed=failed,
        chosen=snapshot.artifact == artifact,
        tip=f"{tip}, failed" if failed else tip,
    )
