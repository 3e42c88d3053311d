"""Changes one batch by all the rules that are on."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_spaces.signature import InputSpec
from search_spaces.training.augmentation.brightness import brightness
from search_spaces.training.augmentation.contrast import contrast
from search_spaces.training.augmentation.cutmix import cutmix
from search_spaces.training.augmentation.erasing import erase
from search_spaces.training.augmentation.flip import flip
from search_spaces.training.augmentation.frequency_mask import mask_frequencies
from search_spaces.training.augmentation.mixup import mixup
from search_spaces.training.augmentation.noise import add_noise
from search_spaces.training.augmentation.rand_augment import rand_augment
from search_spaces.training.augmentation.record import Augmentation
from search_spaces.training.augmentation.rotation import rotations
from search_spaces.training.augmentation.scaling import scale
from search_spaces.training.augmentation.shift import shift
from search_spaces.training.augmentation.time_mask import mask_time
from search_spaces.training.augmentation.time_shift import shift_time
from search_spaces.training.augmentation.token_dropout import drop_tokens
from search_spaces.training.augmentation.warp import warp
from search_spaces.training.augmentation.zoom import zooms


class Augmenter:
    """Makes changed copies of batches.

    Values stay in the raw range: in [low, high] where the input is rescaled
    from there; images described by mean and deviation stay between their
    batch's extremes. Padding of ragged series and of tokens stays zero.

    Args:
        rules: What is changed.
        spec: What the inputs are.
    """

    def __init__(self, rules: Augmentation, spec: InputSpec) -> None:
        self._rules, self._spec = rules, spec
        self._center = np.asarray(spec.mean or (spec.low + spec.high) / 2, np.float32)
        # One rescaled unit of the model: a deviation, or half of the raw range.
        self._unit = np.asarray(spec.std or (spec.high - spec.low) / 2, np.float32)

    def __call__(
        self, inputs: NDArray[Any], targets: NDArray[Any], rng: np.random.Generator
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Returns changed copies of a batch's inputs and targets.

        Args:
            inputs: Raw values, (batch, *spec.shape).
            targets: What they are trained on, (batch, ...): probabilities or
                numbers where examples are mixed.
            rng: What is drawn from.
        """
        kind = self._spec.kind
        if kind == "tokens":
            return drop_tokens(inputs, self._rules.token_dropout, rng), targets
        values = np.asarray(inputs, np.float32)
        bounds, present = self._bounds(values), None
        if kind == "image":
            values = self._image(values, bounds, rng)
        elif kind == "vector":
            values = self._noisy(values, rng)
        else:
            values, present = self._sequence(values, rng)
        values, targets = self._mix(values, targets, rng, present)
        if bounds is not None:
            values = np.clip(values, *bounds)
        return (values if present is None else values * present), targets

    def _bounds(self, inputs: NDArray[Any]) -> tuple[float, float] | None:
        if not self._spec.mean:
            return self._spec.low, self._spec.high
        if self._spec.kind == "image":
            return float(inputs.min()), float(inputs.max())
        return None

    def _image(
        self,
        images: NDArray[Any],
        bounds: tuple[float, float] | None,
        rng: np.random.Generator,
    ) -> NDArray[Any]:
        rules, (low, high) = self._rules, bounds or (self._spec.low, self._spec.high)
        if rules.flip != "none":
            images = flip(images, rules.flip, rng)
        if rules.shift:
            images = shift(images, rules.shift, rng)
        images = self._warped(images, rng)
        if rules.contrast:
            images = contrast(images, rules.contrast, rng)
        if rules.brightness:
            images = brightness(images, rules.brightness * (high - low), rng)
        if rules.operations:
            images = rand_augment(images, rules.operations, rules.magnitude, (low, high), rng)
        images = self._noisy(images, rng)
        if rules.erasing:
            images = erase(images, rules.erasing, self._center, rng)
        return images

    def _warped(self, images: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
        """Turns and scales in one go: interpolated twice, images would blur."""
        rules, count = self._rules, len(images)
        if not (rules.rotation or rules.zoom):
            return images
        return warp(images, rotations(count, rules.rotation, rng) @ zooms(count, rules.zoom, rng))

    def _sequence(
        self, values: NDArray[Any], rng: np.random.Generator
    ) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Returns changed values, and which steps are no padding where there is some."""
        rules, count, steps = self._rules, *values.shape[:2]
        ragged = self._spec.ragged
        lengths = _lengths(values) if ragged else np.full(count, steps)
        if rules.time_shift:
            values = shift_time(values, rules.time_shift, lengths, rng)
        present = _present(values) if ragged else None
        if rules.scaling:
            values = scale(values, rules.scaling, self._center, rng)
        values = self._noisy(values, rng)
        if rules.time_mask:
            values = mask_time(values, rules.time_mask, self._center, lengths, rng)
        if rules.frequency_mask:
            values = mask_frequencies(values, rules.frequency_mask, self._center, rng)
        return values, present

    def _noisy(self, values: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
        if not self._rules.noise:
            return values
        return add_noise(values, np.float32(self._rules.noise) * self._unit, rng)

    def _mix(
        self,
        inputs: NDArray[Any],
        targets: NDArray[Any],
        rng: np.random.Generator,
        present: NDArray[Any] | None,
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        rules = self._rules
        if rules.cutmix and rng.random() < rules.cutmix:
            return cutmix(inputs, targets, rng)
        if not rules.mixup:
            return inputs, targets
        return mixup(inputs, targets, rules.mixup, rng, present)


def _present(values: NDArray[Any]) -> NDArray[Any]:
    """Returns which steps hold anything, (batch, steps, 1)."""
    present: NDArray[Any] = (values != 0).any(axis=-1, keepdims=True)
    return present


def _lengths(values: NDArray[Any]) -> NDArray[Any]:
    """Returns where the last step that holds anything ends, (batch,)."""
    ends = np.arange(1, values.shape[1] + 1)
    lengths: NDArray[Any] = np.max(_present(values)[..., 0] * ends, axis=1).astype(np.int64)
    return lengths
