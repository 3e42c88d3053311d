"""Known-good convolutional networks, by image size."""

from __future__ import annotations

from typing import Any

from search_spaces.spaces.cnn_plan import CnnPlan


def cnn_guesses(plan: CnnPlan) -> tuple[dict[str, Any], ...]:
    """Returns curated configurations for images of `plan.size`, best first."""
    side = min(plan.size)
    if side < 16:
        return _TINY
    return _SMALL if side < 48 else _LARGE


def _net(
    stem: int, stages: list[tuple[str, int, int]], kernel: int = 3, **others: Any
) -> dict[str, Any]:
    """Writes a configuration: stages are (block, depth, width)."""
    values: dict[str, Any] = {"stages": len(stages), "stem/width": stem, "stem/kernel": kernel}
    for number, (block, depth, width) in enumerate(stages, start=1):
        scope = f"stage_{number}"
        values |= {f"{scope}/block": block, f"{scope}/depth": depth, f"{scope}/width": width}
    return values | others


# What carried over between the designs tried on 8x8 digits: averaging loses less
# than the maximum at so few pixels, and strong weight decay with some dropout is
# worth more than width.
_REGULARIZED = {
    "pooling": "average",
    "optimizer": "adamw",
    "learning_rate": 1e-2,
    "weight_decay": 0.1,
}

_TINY = (
    _net(16, [("plain", 1, 24)], head="max", dropout=0.2, **_REGULARIZED),
    _net(16, [("plain", 2, 24)], head="max", dropout=0.2, **_REGULARIZED),
    _net(8, [("plain", 1, 16)], head="flatten", dropout=0.3, **_REGULARIZED),
    _net(32, [("separable", 2, 48)], head="max", dropout=0.2, **_REGULARIZED),
    _net(8, [("plain", 1, 16)], head="max", **_REGULARIZED),
)

_SMALL if side < 48 else _LARGE


def _net(
    stem: int, stages: list[tuple[str, int, int]], kernel: int = 3, **others: Any
) -> dict[str, Any]:
    """Writes a configuration: stages are (block, depth, width)."""
    values: dict[str, Any] = {"stages": len(stages), "stem/width": stem, "stem/kernel": kernel}
    for number, (block, depth, width) in enumerate(stages, start=1):
        scope = f"stage_{number}"
        values |= {f"{scope}/block": block, f"{scope}/depth": depth, f"{scope}/width": width}
    return values | others


_TINY = (
    _net(16, [("plain", 1, 24)], learning_rate=1e-2),
    _net(16, [("plain", 1, 24)], head="flatten", dropout=0.2, learning_rate=1e-2),
    _net(32, [("separable", 1, 48)], learning_rate=1e-2),
    _net(8, [("plain", 1, 16)], learning_rate=1e-2),
)

_SMALL = (
    _net(16, [("plain", 1, 24), ("separable", 1, 48)], learning_rate=5e-3),
    _net(16, [("separable", 1, 32), ("separable", 1, 64)], learning_rate=5e-3),
    _net(16, [("plain", 1, 32), ("plain", 1, 48)], learning_rate=5e-3),
    _net(
        16,
        [("residual", 1, 24), ("residual", 1, 48), ("residual", 1, 64)],
        learning_rate=5e-3,
    ),
    _net(8, [("plain", 1, 16), ("separable", 1, 32)], learning_rate=5e-3),
)

_LARGE = (
    _net(16, [("separable", 1, 32), ("separable", 1, 48), ("separable", 1, 64)]),
    _net(16, [("inverted", 1, 16), ("inverted", 2, 24), ("inverted", 2, 32)]),
    _net(16, [("residual", 1, 16), ("residual", 1, 32), ("residual", 1, 64)]),
    _net(16, [("plain", 1, 24), ("plain", 1, 32), ("separable", 1, 64)]),
)
