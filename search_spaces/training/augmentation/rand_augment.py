"""RandAugment: a few operations out of a list, all of one strength."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_spaces.training.augmentation.contrast import contrasted
from search_spaces.training.augmentation.rotation import turned
from search_spaces.training.augmentation.warp import warp

_Images = NDArray[Any]
#: (images scaled to [0, 1], strength of each from -1 to 1) -> changed images.
_Operation = Callable[[_Images, NDArray[Any]], _Images]


def rand_augment(
    images: _Images,
    operations: int,
    magnitude: int,
    bounds: tuple[float, float],
    rng: np.random.Generator,
) -> _Images:
    """Applies to each image operations drawn from a list, in turn.

    Source: Cubuk et al., "RandAugment: Practical automated data augmentation
    with a reduced search space", 2019, https://arxiv.org/abs/1909.13719, with the
    ranges given there; equalize is left out.

    Args:
        images: (batch, height, width, channels), not changed.
        operations: How many operations each image goes through.
        magnitude: Their strength, from 0 to 10.
        bounds: Lowest and highest raw value.
        rng: What is drawn from.
    """
    low, high = bounds
    images = (images - np.float32(low)) * np.float32(1 / max(high - low, 1e-12))
    listed = [each for each in _OPERATIONS if each is not _color or images.shape[-1] == 3]
    for _ in range(operations):
        drawn = rng.integers(0, len(listed), len(images))
        strengths = rng.choice([-1.0, 1.0], len(images)) * magnitude / 10
        for number, operation in enumerate(listed):
            chosen = np.flatnonzero(drawn == number)
            if len(chosen) and operation is not _identity:
                images[chosen] = operation(images[chosen], strengths[chosen])
        np.clip(images, 0.0, 1.0, out=images)
    return images * np.float32(high - low) + np.float32(low)


def _identity(images: _Images, strengths: NDArray[Any]) -> _Images:
    return images


def _autocontrast(images: _Images, strengths: NDArray[Any]) -> _Images:
    low, high = (edge(images, axis=(1, 2), keepdims=True) for edge in (np.min, np.max))
    flat = high - low < 1e-6
    return np.where(flat, images, (images - low) / np.where(flat, 1, high - low))


def _rotate(images: _Images, strengths: NDArray[Any]) -> _Images:
    return warp(images, turned(30.0 * strengths))


def _shear(images: _Images, strengths: NDArray[Any], row: int) -> _Images:
    maps = np.tile(np.eye(2, dtype=np.float32), (len(images), 1, 1))
    maps[:, row, 1 - row] = 0.3 * strengths
    return warp(images, maps)


def _shear_rows(images: _Images, strengths: NDArray[Any]) -> _Images:
    return _shear(images, strengths, 0)


def _shear_columns(images: _Images, strengths: NDArray[Any]) -> _Images:
    return _shear(images, strengths, 1)


def _translate(images: _Images, strengths: NDArray[Any], axis: int) -> _Images:
    side = images.shape[axis]
    moves = np.round(0.45 * strengths * side).astype(int)
    places = np.clip(np.arange(side) - moves[:, None], 0, side - 1)
    places = places[:, :, None, None] if axis == 1 else places[:, None, :, None]
    return np.take_along_axis(images, places, axis)


def _translate_rows(images: _Images, strengths: NDArray[Any]) -> _Images:
    return _translate(images, strengths, 1)


def _translate_columns(images: _Images, strengths: NDArray[Any]) -> _Images:
    return _translate(images, strengths, 2)


def _brightness(images: _Images, strengths: NDArray[Any]) -> _Images:
    changed: NDArray[Any] = images * _factors(strengths)
    return changed


def _contrast(images: _Images, strengths: NDArray[Any]) -> _Images:
    return contrasted(images, 1 + 0.9 * strengths)


def _color(images: _Images, strengths: NDArray[Any]) -> _Images:
    weights = np.array([0.299, 0.587, 0.114], np.float32)  # Luma of ITU-R BT.601.
    gray = (images @ weights)[..., None]
    changed: NDArray[Any] = gray + (images - gray) * _factors(strengths)
    return changed


def _sharpness(images: _Images, strengths: NDArray[Any]) -> _Images:
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    height, width = images.shape[1:3]
    around = sum(
        padded[:, row : row + height, column : column + width]
        for row in range(3)
        for column in range(3)
    )
    blurred = (around + 4 * images) / np.float32(13)
    changed: NDArray[Any] = blurred + (images - blurred) * _factors(strengths)
    return changed


def _posterize(images: _Images, strengths: NDArray[Any]) -> _Images:
    bits = 8 - np.round(4 * np.abs(strengths))
    steps = (256 / 2**bits).astype(np.float32)[:, None, None, None]
    changed: NDArray[Any] = np.floor(images * 255 / steps) * steps / 255
    return changed


def _solarize(images: _Images, strengths: NDArray[Any]) -> _Images:
    thresholds = (1 - np.abs(strengths)).astype(np.float32)[:, None, None, None]
    return np.where(images > thresholds, 1 - images, images)


def _factors(strengths: NDArray[Any]) -> NDArray[Any]:
    return (1 + 0.9 * strengths).astype(np.float32)[:, None, None, None]


_OPERATIONS: tuple[_Operation, ...] = (
    _identity,
    _autocontrast,
    _rotate,
    _shear_rows,
    _shear_columns,
    _translate_rows,
    _translate_columns,
    _brightness,
    _contrast,
    _color,
    _sharpness,
    _posterize,
    _solarize,
)
