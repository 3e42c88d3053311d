"""Which recipes ``auto`` tries, in what order, and for how long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl.compression.recipe import Recipe
from automl.compression.steps.quantize import Quantize
from automl.tuning.budget import FINISH_SECONDS, FINISH_SHARE

if TYPE_CHECKING:
    from automl.config import SearchConfig
    from automl.types import Trial

AUTO = "auto"
#: Tried on every chosen model, and what the gate foretells the size of.
BASE = ("float32", "float16", "dynamic_int8", "int8")
#: Tried after them, while there is time, those first that usually bring most.
FURTHER = (
    "weight_int8",
    "weight_int4",
    "int8_mixed",
    "channels50_int8",
    "prune80_int8",
    "channels50_dynamic_int8",
    "prune80_dynamic_int8",
    "qat_int8",
    "cluster16_int8",
    "low_rank_dynamic_int8",
    "low_rank_int8",
)
#: Share of the whole time that the further recipes may take.
SHARE = 0.15
#: The same where trials, not seconds, bound the search: share of what it took.
SHARE_OF_USED = 0.3
#: Seconds below which nothing is kept: no recipe trains anything in less.
LEAST_SECONDS = 15.0
#: Share of a trial's own training time that a recipe which trains needs at least.
LEAST = 0.25


def further(tried: Sequence[str] = BASE) -> tuple[str, ...]:
    """Returns the recipes that ``auto`` goes on with: registered ones of ours, and plugins'."""
    from automl.registry import RECIPES

    known = RECIPES.names()
    names = (*FURTHER, *RECIPES.plugins())
    return tuple(name for name in names if name in known and name not in tried)


def seconds_kept(config: SearchConfig) -> float:
    """Returns the seconds of a search's time that are kept for further recipes."""
    if AUTO not in config.compress or config.time is None:
        return 0.0
    kept = SHARE * config.time
    return kept if kept >= LEAST_SECONDS else 0.0


def end_of(config: SearchConfig, end: float | None, trials: Sequence[Trial]) -> float | None:
    """Returns when further recipes end, in seconds since the Unix epoch; None to try none.

    Args:
        config: What was asked for.
        end: When the whole command should be done; None for no such bound.
        trials: Every trial of the search.
    """
    if AUTO not in config.compress:
        return None
    if end is not None and config.time is not None:
        last = end - min(FINISH_SECONDS, FINISH_SHARE * config.time)
        return last if seconds_kept(config) else None
    used = sum(trial.seconds for trial in trials)
    return time.time() + SHARE_OF_USED * used


@dataclass(frozen=True)
class Clock:
    """The time that the further recipes have.

    Attributes:
        end: Seconds since the Unix epoch.
    """

    end: float

    def too_late(self, recipe: Recipe, training: float) -> bool:
        """Returns whether a recipe is not begun any more.

        Args:
            recipe: The next one.
            training: Seconds that its trial's training took.
        """
        needed = LEAST * training if recipe.model_steps else 0.0
        return time.time() + needed >= self.end


def scans(recipe: Recipe) -> bool:
    """Returns whether a recipe looks for layers that must stay float."""
    return any(isinstance(step, Quantize) and step.float_share > 0 for step in recipe.steps)
