"""One architecture as a picture: boxes for layers, top to bottom, shortcuts as arcs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, PathPatch
from matplotlib.path import Path as Outline

from automl.report.plots.network_graph import Box, boxes_of
from automl.report.plots.palette import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, RED, SURFACE
from automl.units import format_count

#: Inches: of a box, from one row to the next, from one lane to the next.
_WIDTH, _HEIGHT, _ROW, _LANE = 2.5, 0.42, 0.62, 2.8
#: Inches left of the boxes of a column, for arcs.
_ARCS = 0.75
_MARGIN, _HEADER = 0.3, 0.55
#: Rows of a column, unless a shortcut forbids to break it there.
_ROWS = 20
_COLOURS = {
    "convolution": BLUE,
    "dense": PURPLE,
    "recurrent": GREEN,
    "attention": ORANGE,
    "embedding": RED,
    "other": MUTED,
    "end": INK,
}


@dataclass
class _Place:
    """Where a box stands: column, row in it, lane."""

    box: Box
    column: int = 0
    row: int = 0
    lane: int = 0
    x: float = 0.0
    y: float = 0.0
    half: float = field(default=_HEIGHT / 2)


def draw_network(model: Any, title: str) -> Figure:
    """Draws a functional model.

    Args:
        model: A built `keras.Model` of one input and one output.
        title: What it is, in one line.

    Returns:
        The figure; `save_network` writes it.
    """
    places = _placed(boxes_of(model))
    columns = 1 + max(place.column for place in places.values())
    rows = 1 + max(place.row for place in places.values())
    lanes = [
        1 + max(place.lane for place in places.values() if place.column == column)
        for column in range(columns)
    ]
    starts = [_MARGIN + sum(_ARCS + _LANE * count for count in lanes[:i]) for i in range(columns)]
    width = max(_MARGIN + starts[-1] + _ARCS + _LANE * lanes[-1], 4.2)
    height = _HEADER + rows * _ROW + _MARGIN
    for place in places.values():
        place.x = starts[place.column] + _ARCS + _LANE * place.lane + _WIDTH / 2
        place.y = height - _HEADER - _ROW * (place.row + 0.5)
    figure = Figure(figsize=(width, height), facecolor=SURFACE)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    _header(axes, title, model, height)
    for place in places.values():
        for parent in place.box.parents:
            _edge(axes, places[parent], place, places.values())
    for place in places.values():
        _box(axes, place)
    return figure


def save_network(figure: Figure, path: str) -> None:
    """Writes a figure in the format that the path's ending names."""
    import matplotlib as mpl

    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "automl"}):
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.endswith("svg") else None)


def _header(axes: Any, title: str, model: Any, height: float) -> None:
    top = height - 0.2
    axes.text(_MARGIN, top, title, fontsize=10, weight="bold", color=INK, va="center")
    below = f"{format_count(model.count_params())} parameters, {len(model.layers)} layers"
    axes.text(_MARGIN, top - 0.2, below, fontsize=8, color=MUTED, va="center")


# Where things go.


def _placed(boxes: dict[str, Box]) -> dict[str, _Place]:
    rank = _ranks(boxes)
    lane = _lanes(boxes, rank)
    breaks = _breaks(boxes, rank)
    places = {}
    for name, box in boxes.items():
        column = sum(rank[name] >= first for first in breaks)
        first = breaks[column - 1] if column else 0
        places[name] = _Place(box, column, rank[name] - first, lane[name])
        if box.sign:
            places[name].half = 0.13
    return places


def _ranks(boxes: dict[str, Box]) -> dict[str, int]:
    """Returns box -> row: one below the lowest of its parents; side branches sink to their end."""
    rank: dict[str, int] = {}
    for name, box in boxes.items():
        rank[name] = 1 + max((rank[parent] for parent in box.parents), default=-1)
    return rank


def _lanes(boxes: dict[str, Box], rank: dict[str, int]) -> dict[str, int]:
    """Returns box -> lane: the longest way through is lane 0."""
    last = max(rank, key=lambda name: rank[name])
    main = [last]
    while boxes[main[-1]].parents:
        main.append(max(boxes[main[-1]].parents, key=lambda parent: rank[parent]))
    lane = dict.fromkeys(main, 0)
    taken: set[tuple[int, int]] = {(rank[name], 0) for name in main}
    for name in boxes:
        if name in lane:
            continue
        beside = max((lane.get(parent, 0) for parent in boxes[name].parents), default=0)
        number = max(1, beside)
        while (rank[name], number) in taken:
            number += 1
        lane[name] = number
        taken.add((rank[name], number))
    return lane


def _breaks(boxes: dict[str, Box], rank: dict[str, int]) -> list[int]:
    """Returns the rows at which a new column begins: where no shortcut passes, if possible."""
    total = 1 + max(rank.values())
    if total <= _ROWS + 4:
        return []
    target = -(-total // -(-total // _ROWS))
    crossed = [
        sum(
            rank[parent] < row - 1 and rank[name] >= row
            for name, box in boxes.items()
            for parent in box.parents
        )
        for row in range(total)
    ]
    breaks: list[int] = []
    begin = 0
    while total - begin > _ROWS + 4:
        window = range(begin + max(6, target - 8), min(begin + target + 6, total - 2))
        row = min(window, key=lambda row: (crossed[row], abs(row - begin - target)))
        breaks.append(row)
        begin = row
    return breaks


# Drawing.


def _box(axes: Any, place: _Place) -> None:
    box, colour = place.box, _COLOURS[place.box.kind]
    if box.sign:
        axes.add_patch(Circle((place.x, place.y), 0.13, facecolor=SURFACE, edgecolor=INK, lw=1))
        axes.text(
            place.x, place.y - 0.005, box.sign, ha="center", va="center", fontsize=9, color=INK
        )
        return
    corner = (place.x - _WIDTH / 2, place.y - _HEIGHT / 2)
    style = "round,pad=0,rounding_size=0.025"
    axes.add_patch(
        FancyBboxPatch(corner, _WIDTH, _HEIGHT, boxstyle=style, fc=SURFACE, ec=colour, lw=1.1)
    )
    axes.add_patch(
        FancyBboxPatch(corner, 0.07, _HEIGHT, boxstyle="square,pad=0", fc=colour, ec="none")
    )
    left, right = corner[0] + 0.14, corner[0] + _WIDTH - 0.07
    upper, lower = place.y + 0.09, place.y - 0.1
    small = {"fontsize": 6.2, "color": MUTED, "va": "center"}
    axes.text(left, upper, box.title, fontsize=7.6, color=INK, va="center", weight="bold")
    axes.text(left, lower, _short(box.remarks), **small)
    axes.text(right, upper, box.shape, ha="right", **(small | {"color": INK}))
    if box.params:
        axes.text(right, lower, f"{format_count(box.params)} params", ha="right", **small)


def _short(remarks: Iterable[str], most: int = 34) -> str:
    text = ", ".join(remarks)
    return text if len(text) <= most else f"{text[: most - 1].rstrip(', ')}…"


def _edge(axes: Any, one: _Place, other: _Place, every: Iterable[_Place]) -> None:
    begin, end = (one.x, one.y - one.half), (other.x, other.y + other.half)
    if one.column != other.column:
        _to_next_column(axes, begin, end, one, other)
        return
    blocked = any(
        place.column == one.column and place.lane == one.lane and one.row < place.row < other.row
        for place in every
    )
    if blocked and one.lane == other.lane:
        _arc(axes, one, other)
        return
    if one.lane == other.lane:
        _arrow(axes, begin, end)
        return
    # Down beside the lane, then across to the side of the box.
    if other.lane > one.lane:
        _elbow(axes, [(one.x, begin[1]), (one.x, begin[1] - 0.07), (other.x, begin[1] - 0.07), end])
    else:
        side = (other.x + (_WIDTH / 2 if not other.box.sign else other.half), other.y)
        _elbow(axes, [begin, (one.x, other.y), side])


def _arrow(axes: Any, begin: tuple[float, float], end: tuple[float, float]) -> None:
    axes.add_patch(
        FancyArrowPatch(
            begin, end, arrowstyle="-|>", mutation_scale=6, lw=0.9, color=INK,
            shrinkA=0, shrinkB=0,
        )
    )  # fmt: skip


def _elbow(axes: Any, points: list[tuple[float, float]]) -> None:
    axes.add_patch(PathPatch(Outline(points), fc="none", ec=INK, lw=0.9, joinstyle="round"))
    _arrow(axes, _towards(points[-1], points[-2]), points[-1])


def _towards(end: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Returns a point a little before `end`, seen from `other`."""
    dx, dy = other[0] - end[0], other[1] - end[1]
    length = max((dx * dx + dy * dy) ** 0.5, 1e-9)
    return end[0] + 0.02 * dx / length, end[1] + 0.02 * dy / length


def _arc(axes: Any, one: _Place, other: _Place) -> None:
    """A shortcut: out of the left side, around, and in again."""
    far = _ARCS * min(0.85, 0.4 + 0.06 * (other.row - one.row))
    left = min(one.x, other.x) - _WIDTH / 2 - far
    # Out below the middle and in above it, so that two arcs at one box stay apart.
    start = (one.x - _WIDTH / 2, one.y - 0.1)
    if one.box.sign:
        start = (one.x, one.y - one.half - 0.07)
    end = (other.x - _WIDTH / 2, other.y + 0.1)
    if other.box.sign:
        end = (other.x - other.half, other.y)
    bend = min(0.18, far)
    points = [
        (Outline.MOVETO, start),
        (Outline.LINETO, (left + bend, start[1])),
        (Outline.CURVE3, (left, start[1])),
        (Outline.CURVE3, (left, start[1] - bend)),
        (Outline.LINETO, (left, end[1] + bend)),
        (Outline.CURVE3, (left, end[1])),
        (Outline.CURVE3, (left + bend, end[1])),
        (Outline.LINETO, end),
    ]
    codes, vertices = zip(*points, strict=True)
    outline = Outline(list(vertices), list(codes))
    axes.add_patch(PathPatch(outline, fc="none", ec=BLUE, lw=1.2))
    axes.add_patch(
        FancyArrowPatch(
            (end[0] - 0.03, end[1]), end, arrowstyle="-|>", mutation_scale=6, lw=0.9, color=BLUE,
            shrinkA=0, shrinkB=0,
        )
    )  # fmt: skip


def _to_next_column(
    axes: Any,
    begin: tuple[float, float],
    end: tuple[float, float],
    one: _Place,
    other: _Place,
) -> None:
    middle = other.x - _WIDTH / 2 - _ARCS * (0.5 if other.row == 0 else 0.25)
    over = end[1] + 0.1
    _elbow(
        axes,
        [
            begin,
            (begin[0], begin[1] - 0.1),
            (middle, begin[1] - 0.1),
            (middle, over),
            (end[0], over),
            end,
        ],
    )
