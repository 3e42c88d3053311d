"""Known-good networks for phones, by kind and size of input.

They are narrow relatives of MobileNetV3-small (Howard et al., 2019,
https://arxiv.org/abs/1905.02244), MobileNetV2 (Sandler et al., 2018,
https://arxiv.org/abs/1801.04381), EfficientNetV2 (Tan and Le, 2021,
https://arxiv.org/abs/2104.00298) and MobileNet (Howard et al., 2017,
https://arxiv.org/abs/1704.04861).
"""

from __future__ import annotations

from typing import Any

from search_spaces.signature import InputSpec
from search_spaces.spaces.staged_guesses import net, stage


def mobile_guesses(spec: InputSpec) -> tuple[dict[str, Any], ...]:
    """Returns curated configurations for an input, best first."""
    if spec.kind == "series":
        return _SERIES
    side = min(spec.size)
    if side < 16:
        return _TINY
    return _SMALL if side < 48 and spec.kind == "image" else _LARGE


_RECIPE: dict[str, Any] = {
    "optimizer": "adamw",
    "learning_rate": 5e-3,
    "weight_decay": 0.01,
    "pooling": "stride",
    "dropout": 0.2,
}


def _net(stem: int, *stages: dict[str, Any], **others: Any) -> dict[str, Any]:
    return net(stem, *stages, **(_RECIPE | others))


def _v3(depth: int, width: int, expansion: int = 4, kernel: int = 3) -> dict[str, Any]:
    return stage("inverted", depth, width, expansion=expansion, kernel=kernel, excitation=0.25)


def _v2(depth: int, width: int, expansion: int = 4) -> dict[str, Any]:
    return stage("inverted", depth, width, expansion=expansion, excitation=0.0)


def _fused(depth: int, width: int) -> dict[str, Any]:
    return stage("fused", depth, width, expansion=2)


def _v1(depth: int, width: int) -> dict[str, Any]:
    return stage("separable", depth, width)


_TINY = (
    _net(24, _v2(2, 32), top=96, activation="relu6"),
    _net(16, _fused(1, 32), top=96, activation="relu"),
    _net(24, _v3(2, 24), top=96),
    _net(32, _v1(2, 48), activation="relu"),
)

_SMALL = (
    _net(16, _v3(1, 24), _v3(2, 32, kernel=5), _v3(1, 64), top=192),
    _net(16, _v2(1, 24), _v2(2, 32), _v2(1, 64), top=192, activation="relu6"),
    _net(16, _fused(1, 24), _fused(1, 48), _v3(1, 64), top=192, activation="silu"),
    _net(16, _v1(1, 32), _v1(2, 64), _v1(1, 96), activation="relu"),
)

_LARGE = (
    _net(16, _v3(1, 16), _v3(2, 24), _v3(2, 48, kernel=5), _v3(1, 96), top=192),
    _net(16, _v2(1, 16), _v2(2, 24), _v2(2, 48), _v2(1, 96), top=192, activation="relu6"),
    _net(24, _fused(1, 24), _fused(1, 48), _v3(2, 64), top=192, activation="silu"),
    _net(24, _v1(1, 32), _v1(2, 64), _v1(2, 96), activation="relu"),
)

_SERIES = (
    _net(32, _v3(1, 32, kernel=5), _v3(2, 48, kernel=5), top=96),
    _net(32, _v2(1, 32), _v2(2, 48), top=96, activation="relu6"),
    _net(32, _fused(1, 32), _fused(1, 64), top=96, activation="silu"),
    _net(32, _v1(2, 48), _v1(1, 64), activation="relu"),
)
