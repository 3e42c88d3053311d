"""Known-good autoencoders, by kind of input."""

from __future__ import annotations

from typing import Any

from search_spaces.signature import Signature
from search_spaces.spaces.autoencoder_plan import AutoencoderPlan


def autoencoder_guesses(signature: Signature, plan: AutoencoderPlan) -> tuple[dict[str, Any], ...]:
    """Returns curated configurations, best first."""
    codes, stages = plan.codes, (*plan.stages, 0)
    middle, large = codes[len(codes) // 2], codes[max(0, len(codes) - 2)]
    guesses = (
        _dense(2, 128, large),
        _convolution(stages[0], 16, large),
        _dense(1, 128, middle),
        _convolution(stages[0], 32, codes[-1]),
        _dense(0, 0, middle),
        _convolution(stages[0], 8, middle),
    )
    return tuple(guess for guess in guesses if guess["layout"] in plan.layouts)


_RECIPE: dict[str, Any] = {"optimizer": "adamw", "learning_rate": 1e-2, "weight_decay": 1e-3}


def _dense(layers: int, units: int, code: int) -> dict[str, Any]:
    values: dict[str, Any] = {"layout": "dense", "dense/layers": layers, "code": code}
    if layers:
        values |= {
            "dense/units": units,
            "dense/activation": "silu",
            "dense/normalization": "none",
        }
    return values | _RECIPE


def _convolution(stages: int, channels: int, code: int) -> dict[str, Any]:
    return {
        "layout": "convolution",
        "convolution/stages": stages,
        "convolution/channels": channels,
        "convolution/activation": "relu",
        "convolution/normalization": "batch",
        "code": code,
    } | _RECIPE
