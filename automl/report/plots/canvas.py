"""A figure and axes in the report's style, and the scales the plots share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from automl.report.plots.palette import GRID, INK, MUTED
from automl.units import format_size

#: Inches; small, so that text stays readable on a phone.
SIZE = (4.9, 3.3)
TEXT = 10.0
_STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)


@dataclass(frozen=True)
class Key:
    """One entry of a plot's legend, which the page writes below it.

    Attributes:
        shape: Name of the symbol the page draws.
        colour: CSS variable of its colour.
    """

    shape: str
    colour: str
    text: str


@dataclass(frozen=True)
class Plot:
    """A plot ready for the page; `missing` says why there is none."""

    name: str
    title: str
    caption: str = ""
    svg: str = ""
    keys: tuple[Key, ...] = ()
    missing: str = ""


@contextmanager
def house_style() -> Iterator[None]:
    """Draws alike on every machine: a user's matplotlibrc does not count, and is left alone."""
    with mpl.rc_context():
        mpl.rcdefaults()
        # Text stays text; ids come from the drawing alone; a dollar sign begins no formula.
        settings: Any = {
            "svg.fonttype": "none",
            "svg.hashsalt": "automl",
            "text.parse_math": False,
        }
        mpl.rcParams.update(settings)
        yield


def canvas(x_label: str, y_label: str) -> tuple[Figure, Axes]:
    """Returns an empty figure and its axes."""
    figure = Figure(figsize=SIZE, facecolor="none")
    axes = figure.add_axes((0.15, 0.155, 0.835, 0.815), facecolor="none")
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(MUTED)
        spine.set_linewidth(0.7)
    axes.grid(True, color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, labelsize=TEXT, length=0, pad=4)
    axes.set_xlabel(x_label, color=MUTED, fontsize=TEXT, labelpad=3)
    axes.set_ylabel(y_label, color=MUTED, fontsize=TEXT, labelpad=5)
    return figure, axes


def bytes_axis(axes: Axes, values: Sequence[float]) -> None:
    """Makes the x axis a log scale of bytes that holds `values`."""
    low, high = min(values), max(values)
    pad = max((high / low) ** 0.07, 1.04)
    low, high = low / pad, high * pad
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(FixedLocator(_byte_ticks(low, high)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _bytes(value)))


def value_axis(axes: Axes, low: float, high: float) -> None:
    """Sets the y axis, with ticks that are told apart by their decimals."""
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
    step = min((b - a for a, b in pairwise(ticks)), default=high - low)
    decimals = max(0, min(6, math.ceil(-math.log10(step) - 1e-9))) if step > 0 else 3
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.{decimals}f}"))


def count_axis(axes: Axes, low: float, high: float) -> None:
    """Sets the x axis to whole numbers."""
    axes.set_xlim(low, high)
    axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))


def focus(values: Sequence[float], *, higher: bool) -> tuple[float, float]:
    """Returns the range of values worth looking at: the best ones, without far outliers.

    Args:
        values: At least one.
        higher: Whether larger is better.
    """
    ordered = sorted(values, reverse=higher)
    best, middle = ordered[0], ordered[len(ordered) // 2]
    reach = max(3 * abs(best - middle), 0.01)
    worst = next((v for v in reversed(ordered) if abs(v - best) <= reach), best)
    low, high = min(best, worst), max(best, worst)
    pad = max(0.08 * (high - low), 0.002)
    return low - pad, high + pad


def markers(axes: Axes, points: Sequence[tuple[float, float]], gid: str, **style: Any) -> None:
    """Draws points as markers of one style; no points draw nothing."""
    if points:
        xs, ys = zip(*points, strict=True)
        axes.plot(xs, ys, linestyle="none", gid=gid, **style)


def _byte_ticks(low: float, high: float) -> list[float]:
    candidates = [
        step * 10.0**power
        for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        for step in _STEPS
    ]
    ticks = [value for value in candidates if low <= value <= high]
    if len(ticks) < 3:
        return [float(v) for v in MaxNLocator(5).tick_values(low, high) if low <= v <= high]
    while len(ticks) > 6:
        ticks = ticks[::2]
    return ticks


def _bytes(value: float) -> str:
    return format_size(value).replace(".0 ", " ")
