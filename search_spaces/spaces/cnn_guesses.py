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


# What carried over between the designs tried on 8x8 digits: averaging loses less
# than the maximum at so few pixels, and strong weight decay with some dropout is
# worth more than width.
_REGULARIZED: dict[str, Any] = {
    "pooling": "average",
    "optimizer": "adamw",
    "learning_rate": 1e-2,
    "weight_decay": 0.1,
}


def _net(stem: int, *stages: tuple[str, int, int], **others: Any) -> dict[str, Any]:
    """Writes a configuration: stages are (block, depth, width)."""
    values: dict[str, Any] = {"stages": len(stages), "stem/width": stem}
    for number, (block, depth, width) in enumerate(stages, start=1):
        scope = f"stage_{number}"
        values |= {f"{scope}/block": block, f"{scope}/depth": depth, f"{scope}/width": width}
    return values | _REGULARIZED | others


# From 6 kB to 16 kB as int8 on 8x8x1.
_TINY = (
    _net(24, ("plain", 1, 32), head="max", dropout=0.2),
    _net(8, ("plain", 1, 24), head="max", dropout=0.1),
    _net(16, ("plain", 1, 24), head="max", dropout=0.2),
    _net(32, ("separable", 2, 32), head="max", dropout=0.2),
    _net(8, ("plain", 1, 16), head="average"),
    _net(16, ("plain", 2, 24), head="max", dropout=0.2),
)

# From 9 kB to 120 kB as int8 on 28x28x1.
_SMALL = (
    _net(16, ("separable", 1, 32), ("separable", 2, 64), dropout=0.2),
    _net(16, ("plain", 1, 24), ("separable", 1, 48), head="max", dropout=0.2),
    _net(16, ("plain", 1, 32), ("plain", 1, 48), head="max", dropout=0.2),
    _net(16, ("residual", 1, 24), ("residual", 1, 48), ("residual", 1, 64), dropout=0.2),
    _net(8, ("plain", 1, 16), ("separable", 1, 32), head="max"),
)

_LARGE = (
    _net(16, ("separable", 1, 32), ("separable", 1, 48), ("separable", 1, 64), dropout=0.2),
    _net(16, ("residual", 1, 16), ("residual", 1, 32), ("residual", 1, 64), dropout=0.2),
    _net(16, ("plain", 1, 24), ("plain", 1, 32), ("separable", 1, 64), dropout=0.2),
    _net(16, ("inverted", 1, 16), ("inverted", 2, 24), ("inverted", 2, 32), dropout=0.2),
)
