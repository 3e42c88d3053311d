"""Known-good networks of convolutions and attention, by kind of input."""

from __future__ import annotations

from typing import Any

from search_spaces.signature import Signature
from search_spaces.spaces.hybrid_plan import HybridPlan
from search_spaces.spaces.transformer_guesses import ATTENTION_RECIPE

_LIGHT: dict[str, Any] = {"dropout": 0.1, "attention/inner_dropout": 0.1}
_HEAVY: dict[str, Any] = {"dropout": 0.5, "attention/inner_dropout": 0.3, "embedding": 32}


def hybrid_guesses(plan: HybridPlan, signature: Signature) -> tuple[dict[str, Any], ...]:
    """Returns curated configurations for a signature, best first."""
    if signature.input.kind == "tokens":
        plain = _net(plan, (("plain", 1, 32),), 1, 32, head="average_max")
        return (plain | _HEAVY | {"learning_rate": 1e-3},)
    return tuple(design | _LIGHT for design in _designs(plan))


def _designs(plan: HybridPlan) -> tuple[dict[str, Any], ...]:
    """Returns networks from small to large, cut to the stages that fit."""
    return (
        _net(plan, (("plain", 1, 24), ("plain", 1, 48), ("plain", 1, 64)), 1, 48),
        _net(plan, (("separable", 1, 24), ("separable", 2, 48), ("separable", 2, 64)), 1, 48),
        _net(plan, (("residual", 1, 24), ("residual", 1, 48), ("residual", 1, 64)), 2, 64, 4),
        _net(plan, (("inverted", 1, 16), ("inverted", 2, 32), ("inverted", 2, 48)), 2, 64, 4),
    )


def _net(
    plan: HybridPlan,
    stages: tuple[tuple[str, int, int], ...],
    depth: int,
    width: int,
    heads: int = 2,
    head: str = "average",
) -> dict[str, Any]:
    """Writes a configuration: stages are (block, depth, width), as many as the plan's most."""
    stages = stages[: max(plan.stages)]
    count = max(each for each in plan.stages if each <= max(len(stages), min(plan.stages)))
    values: dict[str, Any] = {"stages": count, "stem": 16}
    for number in range(1, count + 1):
        block, blocks, channels = stages[min(number, len(stages)) - 1]
        scope = f"stage_{number}"
        values |= {f"{scope}/block": block, f"{scope}/depth": blocks, f"{scope}/width": channels}
    values |= {
        "attention/depth": depth,
        "attention/width": width,
        "attention/head": head,
        "attention/encoder/heads": heads,
        "attention/encoder/key_width": 16,
    }
    return values | ATTENTION_RECIPE
