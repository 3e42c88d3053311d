"""Known-good convolutional networks, by kind and size of input."""

from __future__ import annotations

from typing import Any

from search_spaces.signature import InputSpec
from search_spaces.spaces.staged_guesses import decayed_net, net, stage


def cnn_guesses(spec: InputSpec) -> tuple[dict[str, Any], ...]:
    """Returns curated configurations for an input, best first."""
    if spec.kind == "image":
        side = min(spec.size)
        if side < 16:
            return _TINY
        return _SMALL if side < 48 else _LARGE
    return {"spectrogram": _SPECTROGRAMS, "series": _SERIES, "tokens": _TOKENS}[spec.kind]


# From 6 kB to 16 kB as int8 on 8x8x1.
_TINY = (
    decayed_net(24, ("plain", 1, 32), head="max", dropout=0.2),
    decayed_net(8, ("plain", 1, 24), head="max", dropout=0.1),
    decayed_net(16, ("plain", 1, 24), head="max", dropout=0.2),
    decayed_net(32, ("separable", 2, 32), head="max", dropout=0.2),
    decayed_net(8, ("plain", 1, 16), head="average"),
    decayed_net(16, ("plain", 2, 24), head="max", dropout=0.2),
)

# From 9 kB to 120 kB as int8 on 28x28x1.
_SMALL = (
    decayed_net(16, ("separable", 1, 32), ("separable", 2, 64), dropout=0.2),
    decayed_net(16, ("plain", 1, 24), ("separable", 1, 48), head="max", dropout=0.2),
    decayed_net(16, ("plain", 1, 32), ("plain", 1, 48), head="max", dropout=0.2),
    decayed_net(16, ("residual", 1, 24), ("residual", 1, 48), ("residual", 1, 64), dropout=0.2),
    decayed_net(8, ("plain", 1, 16), ("separable", 1, 32), head="max"),
)

_LARGE = (
    decayed_net(16, ("separable", 1, 32), ("separable", 1, 48), ("separable", 1, 64), dropout=0.2),
    decayed_net(16, ("residual", 1, 16), ("residual", 1, 32), ("residual", 1, 64), dropout=0.2),
    decayed_net(16, ("plain", 1, 24), ("plain", 1, 32), ("separable", 1, 64), dropout=0.2),
    decayed_net(16, ("inverted", 1, 16), ("inverted", 2, 24), ("inverted", 2, 32), dropout=0.2),
)

# The first is DS-CNN (Zhang et al., "Hello Edge: Keyword Spotting on
# Microcontrollers", 2017, https://arxiv.org/abs/1711.07128) after one more halving.
_SPECTROGRAMS = (
    decayed_net(64, ("separable", 4, 64), stem__kernel=5, dropout=0.2, weight_decay=0.01),
    decayed_net(32, ("residual", 1, 32), ("residual", 1, 48), ("residual", 1, 64), dropout=0.2),
    decayed_net(32, ("separable", 2, 48), ("separable", 2, 96), dropout=0.2),
    decayed_net(16, ("plain", 1, 32), ("plain", 1, 48), ("plain", 1, 64), head="max", dropout=0.2),
)

# The first is the FCN of Wang et al., "Time Series Classification from Scratch",
# 2016, https://arxiv.org/abs/1611.06455, narrower: long, middle and short kernels.
_SERIES = (
    decayed_net(
        64,
        ("plain", 1, 64, 5),
        ("plain", 1, 64, 3),
        stem__kernel=9,
        dropout=0.2,
        learning_rate=2e-3,
        weight_decay=0.01,
    ),
    decayed_net(
        32,
        ("residual", 1, 48, 5),
        ("residual", 1, 64, 3),
        stem__kernel=9,
        dropout=0.2,
        learning_rate=5e-3,
    ),
    decayed_net(
        32, ("parallel", 2, 48, 9), ("parallel", 1, 64, 5), dropout=0.2, learning_rate=5e-3
    ),
    decayed_net(
        16, ("separable", 1, 32, 9), ("separable", 1, 48, 5), head="max", learning_rate=5e-3
    ),
)

_WORDS: dict[str, Any] = {
    "optimizer": "adamw",
    "weight_decay": 0.1,
    "learning_rate": 1e-3,
    "dropout": 0.5,
    "head": "max",
    "patience": 10,
}
# The first is Kim, "Convolutional Neural Networks for Sentence Classification",
# 2014, https://arxiv.org/abs/1408.5882: three kernels over words, the strongest
# answer of each, dropout.
_TOKENS = (
    net(0, stage("parallel", 1, 96, kernel=5), normalization="none", embedding=128, **_WORDS),
    net(0, stage("plain", 1, 64, kernel=5), normalization="none", embedding=64, **_WORDS),
    net(
        0,
        stage("separable", 1, 64, kernel=5),
        stage("separable", 1, 96, kernel=3),
        embedding=64,
        **_WORDS,
    ),
)
