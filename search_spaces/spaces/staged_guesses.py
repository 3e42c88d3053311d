"""How a configuration of stages is written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from search_spaces.spaces.staged_plan import StagedPlan


def stage(
    block: str, depth: int, width: int, kernel: int | None = None, **choices: Any
) -> dict[str, Any]:
    """Returns a stage's part of a configuration; `kernel` and `choices` are the block's own."""
    own = choices if kernel is None else {"kernel": kernel, **choices}
    scoped = {f"{block}/{name}": value for name, value in own.items()}
    return {"block": block, "depth": depth, "width": width, **scoped}


def net(stem: int, *stages: Mapping[str, Any], **others: Any) -> dict[str, Any]:
    """Returns a configuration.

    Args:
        stem: Channels of the stem; 0 for none.
        stages: What `stage` returned, in order.
        others: Further values, with ``__`` for ``/`` in their names.
    """
    values: dict[str, Any] = {"stages": len(stages)}
    values |= {"stem/width": stem} if stem else {"stem/kind": "none"}
    for number, parts in enumerate(stages, start=1):
        values |= {f"stage_{number}/{name}": value for name, value in parts.items()}
    return values | {name.replace("__", "/"): value for name, value in others.items()}


# What carried over between the designs tried on 8x8 digits: averaging loses less
# than the maximum at so few pixels, and strong weight decay with some dropout is
# worth more than width.
_DECAYED: dict[str, Any] = {
    "pooling": "average",
    "optimizer": "adamw",
    "learning_rate": 1e-2,
    "weight_decay": 0.1,
}


def decayed_net(
    stem: int, *stages: tuple[str, int, int] | tuple[str, int, int, int], **others: Any
) -> dict[str, Any]:
    """Returns what `net` returns, of stages as `stage` takes them: block, depth, width, kernel.

    Strong weight decay and pooling by averages are said unless `others` say otherwise.
    """
    return net(stem, *(stage(*each) for each in stages), **(_DECAYED | others))


def fitted(values: Mapping[str, Any], plan: StagedPlan) -> dict[str, Any]:
    """Returns a configuration without the stages and kernels that an input is too small for.

    Args:
        values: What `net` returned.
        plan: How the space is scaled to the input.
    """
    stages = min(int(values["stages"]), plan.max_stages)
    kept = {}
    for name, value in values.items():
        scope, _, last = name.rpartition("/")
        number = int(scope.split("/")[0].removeprefix("stage_")) if "stage_" in scope else 0
        if number > stages:
            continue
        if number and last == "kernel" and value > min(plan.stage_size(number)):
            continue
        kept[name] = value
    return kept | {"stages": stages}
