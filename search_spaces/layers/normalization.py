"""Normalizations that a block can stand between convolution and activation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras


def _batch(name: str) -> Any:
    # Short trainings end before Keras' default momentum of 0.99 has caught up.
    return keras.layers.BatchNormalization(momentum=0.9, name=name)


def _layer(name: str) -> Any:
    return keras.layers.LayerNormalization(epsilon=1e-5, name=name)


def _rms(name: str) -> Any:
    return keras.layers.RMSNormalization(epsilon=1e-5, name=name)


def _group(name: str) -> Any:
    def apply(tensor: Any) -> Any:
        groups = groups_for(int(tensor.shape[-1]))
        return keras.layers.GroupNormalization(groups, epsilon=1e-5, name=name)(tensor)

    return apply


def _none(name: str) -> Any:
    return lambda tensor: tensor


_MAKERS: dict[str, Callable[[str], Any]] = {
    "batch": _batch,
    "none": _none,
    "layer": _layer,
    "group": _group,
    "rms": _rms,
}
NORMALIZATIONS = tuple(_MAKERS)


def normalization(kind: str, name: str) -> Any:
    """Returns a normalization over the channels; ``"none"`` changes nothing.

    ``"group"`` is Wu and He, 2018, https://arxiv.org/abs/1803.08494, and ``"rms"``
    Zhang and Sennrich, 2019, https://arxiv.org/abs/1910.07467.

    Raises:
        ValueError: If `kind` is not one of `NORMALIZATIONS`.
    """
    if kind not in _MAKERS:
        raise ValueError(f"A normalization is one of {NORMALIZATIONS}. Received: kind={kind!r}")
    return _MAKERS[kind](name)


def groups_for(channels: int, most: int = 8) -> int:
    """Returns the largest number of equal groups up to `most`, of at least two channels each."""
    return max(n for n in range(1, most + 1) if channels % n == 0 and (channels >= 2 * n or n == 1))
