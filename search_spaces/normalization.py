"""Normalizations that a block can stand between convolution and activation."""

from __future__ import annotations

from typing import Any

import keras


def _batch(name: str) -> Any:
    # Short trainings end before Keras' default momentum of 0.99 has caught up.
    return keras.layers.BatchNormalization(momentum=0.9, name=name)


def _layer(name: str) -> Any:
    return keras.layers.LayerNormalization(epsilon=1e-5, name=name)


def _none(name: str) -> Any:
    def unchanged(tensor: Any) -> Any:
        return tensor

    return unchanged


_MAKERS = {"batch": _batch, "none": _none, "layer": _layer}
NORMALIZATIONS = tuple(_MAKERS)


def normalization(kind: str, name: str) -> Any:
    """Returns a normalization layer over the channels; ``"none"`` changes nothing.

    Raises:
        ValueError: If `kind` is not one of `NORMALIZATIONS`.
    """
    if kind not in _MAKERS:
        raise ValueError(f"A normalization is one of {NORMALIZATIONS}. Received: kind={kind!r}")
    return _MAKERS[kind](name)
