"""Forecasting: what was forecast, what came, and the last value repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from automl.report.plots.canvas import Key, Plot, canvas
from automl.report.plots.palette import BLUE, INK, MUTED, ORANGE
from automl.report.plots.svg import to_svg
from automl.report.snapshot import Snapshot

NAME = "forecast"
TITLE = "Forecasts on test data"
#: Windows that are drawn where a forecast has several steps.
WINDOWS = 3
#: Examples of one-step forecasts that are drawn.
LENGTH = 100

_Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class ForecastView:
    """One drawing; points are (step, value).

    Attributes:
        title: What it shows.
        x_label: What is counted along it.
        seen: What the forecast was made from; may be empty.
        came: What came.
        forecast: What was forecast.
        repeated: The last value seen, repeated; may be empty.
    """

    title: str
    x_label: str
    seen: _Points
    came: _Points
    forecast: _Points
    repeated: _Points


def forecast_views(snapshot: Snapshot) -> tuple[ForecastView, ...]:
    """Decides what the plots show; nothing where there are no forecasts."""
    evidence, data = snapshot.evidence, snapshot.data
    if data is None or snapshot.task != "forecasting" or "outputs" not in evidence:
        return ()
    y, outputs, seen = evidence["y"], evidence["outputs"], evidence.get("seen")
    steps = data.target.steps or (1,) * y.shape[1]
    numbers = _first_series(data.target.names, steps)
    channel = _channel(seen, y[:, numbers[0]]) if steps[numbers[0]] == 1 else None
    if len(numbers) == 1:
        return (_along(data.target.names[0], y[:, 0], outputs[:, 0], seen, channel),)
    ahead = [steps[k] for k in numbers]
    starts = [i * (len(y) - 1) // WINDOWS for i in range(min(WINDOWS, len(y)))]
    return tuple(
        _window(
            f"{TITLE}: example {row}",
            ahead,
            y[row, numbers],
            outputs[row, numbers],
            None if seen is None or channel is None or row >= len(seen) else seen[row, :, channel],
        )
        for row in starts
    )


def forecast_plots(snapshot: Snapshot) -> tuple[Plot, ...]:
    """Returns one plot for one-step forecasts, a few windows for longer ones."""
    return tuple(
        _plot(view, f"{NAME}-{position}") for position, view in enumerate(forecast_views(snapshot))
    )


def _first_series(names: tuple[str, ...], steps: tuple[int, ...]) -> list[int]:
    """Returns the positions of the numbers of the first series, one for each step."""
    if len(set(names)) < len(names):
        return [k for k, name in enumerate(names) if name == names[0]]
    series = max(1, steps.count(steps[0]))
    if list(steps) == sorted(steps):  # All series of one step stand together.
        return list(range(0, len(steps), series))
    return list(range(len(steps) // series))


def _along(name: str, y: Any, outputs: Any, seen: Any, channel: int | None) -> ForecastView:
    count = min(len(y), LENGTH)
    repeated = [] if channel is None else seen[:count, -1, channel].tolist()
    return ForecastView(
        f"{TITLE}: {name}",
        "test example, in the order of time",
        (),
        tuple(enumerate(y[:count].tolist(), 1)),
        tuple(enumerate(outputs[:count].tolist(), 1)),
        tuple(enumerate(repeated, 1)),
    )


def _window(title: str, ahead: list[int], y: Any, outputs: Any, before: Any) -> ForecastView:
    history = [] if before is None else before[-2 * max(ahead) :].tolist()
    seen = tuple((k + 1 - len(history), value) for k, value in enumerate(history))
    return ForecastView(
        title,
        "steps ahead",
        seen,
        tuple(zip(ahead, y.tolist(), strict=True)),
        tuple(zip(ahead, outputs.tolist(), strict=True)),
        tuple((step, history[-1]) for step in ahead) if history else (),
    )


def _channel(seen: Any, following: Any) -> int | None:
    """Returns the channel whose next value is forecast: what came is what is seen next."""
    if seen is None or len(seen) < 3:
        return None
    for channel in range(seen.shape[2]):
        if (seen[1:, -1, channel] == following[: len(seen) - 1]).all():
            return channel
    return None


def _plot(view: ForecastView, name: str) -> Plot:
    figure, axes = canvas(view.x_label, "value")
    styles: tuple[tuple[str, _Points, dict[str, Any], Key], ...] = (
        ("seen", view.seen, {"color": MUTED}, Key("line", "--muted", "seen")),
        ("came", view.came, {"color": INK, "linewidth": 1.8}, Key("line", "--ink", "came")),
        (
            "repeated", view.repeated, {"color": ORANGE, "linestyle": (0, (2, 1.5))},
            Key("dash-2", "--orange", "last value repeated"),
        ),
        (
            "forecast", view.forecast, {"color": BLUE, "linestyle": (0, (6, 2)), "linewidth": 1.8},
            Key("dash-1", "--blue", "forecast by the chosen file"),
        ),
    )  # fmt: skip
    keys = []
    for gid, points, style, key in styles:
        if points:
            axes.plot(*zip(*points, strict=True), gid=gid, **({"linewidth": 1.3} | style))
            keys.append(key)
    description = f"{len(view.forecast)} values forecast."
    tips = {"forecast": ["forecast"], "came": ["what came"], "repeated": ["last value repeated"]}
    svg = to_svg(figure, name, view.title, description, tips)
    return Plot(name, view.title, "", svg, tuple(keys))
