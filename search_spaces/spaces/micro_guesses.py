"""Known-good networks for microcontrollers, by kind and size of input.

They are the networks of MLPerf Tiny (Banbury et al., 2021,
https://arxiv.org/abs/2106.07597), DS-CNN (Zhang et al., 2017,
https://arxiv.org/abs/1711.07128) and ResNet-8, and narrower ones.
"""

from __future__ import annotations

from typing import Any

from search_spaces.signature import InputSpec
from search_spaces.spaces.staged_guesses import net, stage


def micro_guesses(spec: InputSpec) -> tuple[dict[str, Any], ...]:
    """Returns curated configurations for an input, best first."""
    if spec.kind == "series":
        return _SERIES
    if spec.kind == "spectrogram":
        return _SPECTROGRAMS
    side = min(spec.size)
    if side < 16:
        return _TINY
    return _SMALL if side < 48 else _LARGE


_RECIPE: dict[str, Any] = {
    "pooling": "average",
    "optimizer": "adamw",
    "learning_rate": 1e-2,
    "weight_decay": 0.1,
}


def _net(stem: int, *stages: tuple[str, int, int], **others: Any) -> dict[str, Any]:
    return net(stem, *(stage(*each) for each in stages), **(_RECIPE | others))


_TINY = (
    _net(24, ("plain", 1, 32), head="max", dropout=0.2),
    _net(8, ("plain", 1, 24), head="max", dropout=0.1),
    _net(8, ("plain", 1, 16), head="average"),
    _net(24, ("separable", 2, 32), head="max", dropout=0.2),
)

_SMALL = (
    _net(16, ("residual", 1, 24), ("residual", 1, 32), ("residual", 1, 48), dropout=0.1),
    _net(16, ("separable", 1, 32), ("separable", 2, 48), dropout=0.1),
    _net(16, ("plain", 1, 24), ("separable", 1, 48), head="max", dropout=0.1),
    _net(8, ("plain", 1, 16), ("separable", 1, 32), head="max"),
)

_LARGE = (
    _net(16, ("separable", 1, 24), ("separable", 2, 48), ("separable", 2, 64), dropout=0.1),
    _net(16, ("residual", 1, 16), ("residual", 1, 32), ("residual", 1, 48), dropout=0.1),
    _net(8, ("plain", 1, 16), ("plain", 1, 24), ("separable", 1, 48), dropout=0.1),
)

_SPECTROGRAMS = (
    _net(64, ("separable", 4, 64), stem__kernel=5, dropout=0.2, weight_decay=0.01),
    _net(32, ("separable", 2, 48), ("separable", 2, 64), dropout=0.2),
    _net(16, ("residual", 1, 24), ("residual", 1, 32), ("residual", 1, 48), dropout=0.2),
    _net(16, ("plain", 1, 24), ("separable", 1, 48), head="max", dropout=0.1),
)

_SERIES = (
    net(
        24,
        stage("residual", 1, 32, kernel=5),
        stage("residual", 1, 48, kernel=3),
        stem__kernel=5,
        **(_RECIPE | {"dropout": 0.2, "learning_rate": 5e-3}),
    ),
    net(
        24,
        stage("separable", 1, 32, kernel=9),
        stage("separable", 2, 48, kernel=5),
        stem__kernel=5,
        **(_RECIPE | {"dropout": 0.2, "learning_rate": 5e-3}),
    ),
    net(
        16,
        stage("plain", 1, 24, kernel=5),
        stage("plain", 1, 32, kernel=3),
        head="max",
        **(_RECIPE | {"dropout": 0.1, "learning_rate": 5e-3}),
    ),
)
