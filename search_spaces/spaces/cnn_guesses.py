"""Known-good convolutional networks, by kind and size of input."""

from __future__ import annotations

from typing import Any

from search_spaces.signature import InputSpec
from search_spaces.spaces.staged_guesses import net, stage


def cnn_guesses(spec: InputSpec) -> tuple[dict[str, Any], ...]:
    """Returns curated configurations for an input, best first."""
    if spec.kind == "image":
        side = min(spec.size)
        if side < 16:
            return _TINY
        return _SMALL if side < 48 else _LARGE
    return {"spectrogram": _SPECTROGRAMS, "series": _SERIES, "tokens": _TOKENS}[spec.kind]


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
    return net(stem, *(stage(*each) for each in stages), **(_REGULARIZED | others))


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

# The first is DS-CNN (Zhang et al., "Hello Edge: Keyword Spotting on
# Microcontrollers", 2017, https://arxiv.org/abs/1711.07128) after one more halving.
_SPECTROGRAMS = (
    _net(64, ("separable", 4, 64), stem__kernel=5, dropout=0.2, weight_decay=0.01),
    _net(32, ("residual", 1, 32), ("residual", 1, 48), ("residual", 1, 64), dropout=0.2),
    _net(32, ("separable", 2, 48), ("separable", 2, 96), dropout=0.2),
    _net(16, ("plain", 1, 32), ("plain", 1, 48), ("plain", 1, 64), head="max", dropout=0.2),
)

# The first is the FCN of Wang et al., "Time Series Classification from Scratch",
# 2016, https://arxiv.org/abs/1611.06455, narrower: long, middle and short kernels.
_SERIES = (
    net(
        64,
        stage("plain", 1, 64, kernel=5),
        stage("plain", 1, 64, kernel=3),
        stem__kernel=9,
        **(_REGULARIZED | {"dropout": 0.2, "learning_rate": 2e-3, "weight_decay": 0.01}),
    ),
    net(
        32,
        stage("residual", 1, 48, kernel=5),
        stage("residual", 1, 64, kernel=3),
        stem__kernel=9,
        **(_REGULARIZED | {"dropout": 0.2, "learning_rate": 5e-3}),
    ),
    net(
        32,
        stage("parallel", 2, 48, kernel=9),
        stage("parallel", 1, 64, kernel=5),
        **(_REGULARIZED | {"dropout": 0.2, "learning_rate": 5e-3}),
    ),
    net(
        16,
        stage("separable", 1, 32, kernel=9),
        stage("separable", 1, 48, kernel=5),
        head="max",
        **(_REGULARIZED | {"learning_rate": 5e-3}),
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
