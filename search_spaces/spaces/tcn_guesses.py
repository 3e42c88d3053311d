"""Known-good temporal convolutional networks, by kind and length of input."""

from __future__ import annotations

from typing import Any

from search_spaces.signature import Signature
from search_spaces.spaces.options import divided, shortening
from search_spaces.spaces.tcn_plan import TcnPlan, levels_for

#: Steps that a first try convolves at most.
_STEPS = 256


def tcn_guesses(plan: TcnPlan, signature: Signature) -> tuple[dict[str, Any], ...]:
    """Returns curated configurations for a kind and length of input, best first."""
    shorten = shortening(plan.steps, plan.shortenings, _STEPS)
    scale = {
        "shorten": shorten,
        # Once the last step sees them all, more levels only cost.
        "levels": min(levels_for(divided(plan.steps, shorten)), max(plan.levels)),
    }
    if signature.input.kind == "tokens":
        return tuple(scale | _TEXT | guess for guess in _of_text())
    return tuple(scale | _SERIES | guess for guess in _of_series())


_TEXT: dict[str, Any] = {
    "embedding": 64,
    "input_dropout": 0.5,
    "layer_dropout": 0.1,
    "dropout": 0.5,
    "batch_size": 64,
    "optimizer": "adam",
    "learning_rate": 2e-3,
    "clip_norm": 1.0,
}

_SERIES: dict[str, Any] = {
    "layer_dropout": 0.1,
    "dropout": 0.3,
    "batch_size": 16,
    "optimizer": "adamw",
    "learning_rate": 2e-3,
    "weight_decay": 1e-2,
    # Often there are a few dozen examples: no two epochs see the same values.
    "augment": "yes",
    "augmentation/noise": 0.1,
}


def _of_text() -> list[dict[str, Any]]:
    # Phrases of a few words tell most of a sentence: short reach, the strongest counts.
    return [
        {"levels": 2, "width": 64, "head": "max"},
        {"levels": 3, "width": 48, "head": "attention"},
        {"levels": 2, "width": 32, "head": "average"},
        {"levels": 3, "width": 96, "causal": "yes", "head": "max"},
    ]


def _of_series() -> list[dict[str, Any]]:
    return [
        {"width": 48, "head": "average"},
        {"width": 64, "kernel": 5, "head": "average"},
        {"width": 32, "causal": "yes", "head": "last"},
        {"width": 48, "head": "attention"},
        {"width": 16, "head": "max", "layer_dropout": 0.0},
    ]
