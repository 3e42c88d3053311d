"""Known-good networks for microcontrollers, by kind and size of input.

They are the networks of MLPerf Tiny (Banbury et al., 2021,
https://arxiv.org/abs/2106.07597), DS-CNN (Zhang et al., 2017,
https://arxiv.org/abs/1711.07128) and ResNet-8, and narrower ones.
"""

from __future__ import annotations

from typing import Any

from search_spaces.signature import InputSpec
from search_spaces.spaces.staged_guesses import decayed_net


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


_TINY = (
    decayed_net(24, ("plain", 1, 32), head="max", dropout=0.2),
    decayed_net(8, ("plain", 1, 24), head="max", dropout=0.1),
    decayed_net(8, ("plain", 1, 16), head="average"),
    decayed_net(24, ("separable", 2, 32), head="max", dropout=0.2),
)

_SMALL = (
    decayed_net(16, ("residual", 1, 24), ("residual", 1, 32), ("residual", 1, 48), dropout=0.1),
    decayed_net(16, ("separable", 1, 32), ("separable", 2, 48), dropout=0.1),
    decayed_net(16, ("plain", 1, 24), ("separable", 1, 48), head="max", dropout=0.1),
    decayed_net(8, ("plain", 1, 16), ("separable", 1, 32), head="max"),
)

_LARGE = (
    decayed_net(16, ("separable", 1, 24), ("separable", 2, 48), ("separable", 2, 64), dropout=0.1),
    decayed_net(16, ("residual", 1, 16), ("residual", 1, 32), ("residual", 1, 48), dropout=0.1),
    decayed_net(8, ("plain", 1, 16), ("plain", 1, 24), ("separable", 1, 48), dropout=0.1),
)

_SPECTROGRAMS = (
    decayed_net(64, ("separable", 4, 64), stem__kernel=5, dropout=0.2, weight_decay=0.01),
    decayed_net(32, ("separable", 2, 48), ("separable", 2, 64), dropout=0.2),
    decayed_net(16, ("residual", 1, 24), ("residual", 1, 32), ("residual", 1, 48), dropout=0.2),
    decayed_net(16, ("plain", 1, 24), ("separable", 1, 48), head="max", dropout=0.1),
)

_SERIES = (
    decayed_net(
        24,
        ("residual", 1, 32, 5),
        ("residual", 1, 48, 3),
        stem__kernel=5,
        dropout=0.2,
        learning_rate=5e-3,
    ),
    decayed_net(
        24,
        ("separable", 1, 32, 9),
        ("separable", 2, 48, 5),
        stem__kernel=5,
        dropout=0.2,
        learning_rate=5e-3,
    ),
    decayed_net(
        16, ("plain", 1, 24, 5), ("plain", 1, 32, 3), head="max", dropout=0.1, learning_rate=5e-3
    ),
)
