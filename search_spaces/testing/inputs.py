"""Inputs that the contracts build models for."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search_spaces.signature import InputSpec, Signature, TargetSpec

INPUTS = {
    "image 8x8x1": InputSpec("image", (8, 8, 1), 0.0, 16.0),
    "image 28x28x1": InputSpec("image", (28, 28, 1), 0.0, 255.0),
    "image 32x32x3": InputSpec("image", (32, 32, 3), 0.0, 255.0),
    "image 96x96x3": InputSpec("image", (96, 96, 3), 0.0, 255.0),
    "spectrogram 49x40": InputSpec("spectrogram", (49, 40, 1), mean=(-4.0,), std=(2.0,)),
    "series 64x1": InputSpec("series", (64, 1), mean=(1.0,), std=(2.0,)),
    "series 32x9": InputSpec("series", (32, 9), mean=(0.5,) * 9, std=(2.0,) * 9, ragged=True),
    "tokens 24": InputSpec("tokens", (24,), vocabulary=50),
    "vector 13": InputSpec("vector", (13,), mean=(1.0,) * 13, std=(3.0,) * 13),
}

#: Waves that a smooth random field is the sum of, and its noise.
_WAVES, _NOISE = 3, 0.2
#: Different tokens of one example.
_TOKENS = 6


def signature_of(kind: str, target: str = "classification", units: int = 10) -> Signature:
    """Returns the signature of asking `target` of the input named `kind` in `INPUTS`."""
    spec = INPUTS[kind]
    if target == "reconstruction":
        units = math.prod(spec.shape)
    return Signature(input=spec, target=TargetSpec(target, units))


def classification_of(kind: str, units: int = 10) -> Signature:
    """Returns the signature of classifying the input named `kind` in `INPUTS`."""
    return signature_of(kind, "classification", units)


def batch(
    signature: Signature, count: int = 32, seed: int = 0
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Returns random raw inputs of shape (count, *shape), and random targets for them.

    As in data, one example differs from the next in level, contrast and shape,
    or in the tokens it is made of: what a model pools over positions differs
    too. Tokens and ragged series are padded at their end to half of their
    length and more.
    """
    rng = np.random.default_rng(seed)
    inputs = _inputs(signature.input, rng, count)
    return inputs, _targets(signature, rng, inputs)


def _inputs(spec: InputSpec, rng: np.random.Generator, count: int) -> NDArray[Any]:
    if spec.kind == "tokens":
        words = rng.integers(1, spec.vocabulary, (count, _TOKENS))
        inputs = np.stack([rng.choice(each, spec.shape) for each in words])
    else:
        field = _fields(spec, rng, count)
        if spec.mean:
            inputs = np.asarray(spec.mean) + np.asarray(spec.std) * field
        else:
            inputs = spec.low + (spec.high - spec.low) * np.clip(0.5 + 0.25 * field, 0, 1)
    if spec.kind == "tokens" or spec.ragged:
        lengths = rng.integers(spec.shape[0] // 2, spec.shape[0] + 1, count)
        for row, length in zip(inputs, lengths, strict=True):
            row[length:] = 0
    return inputs.astype(spec.dtype)


def _fields(spec: InputSpec, rng: np.random.Generator, count: int) -> NDArray[Any]:
    """Returns smooth random fields of mean 0 and variance about 1, some noise on top."""
    shape = (count, *spec.shape)
    if not spec.rank:
        return rng.normal(size=shape)
    positions = np.meshgrid(*[np.linspace(0, 1, size) for size in spec.size], indexing="ij")
    grid = np.stack(positions, axis=-1)[..., None]
    field = rng.normal(size=shape) * _NOISE
    for example in field:
        example += 0.5 * rng.normal()
        contrast = rng.uniform(0.3, 1.0)
        for _ in range(_WAVES):
            speed = rng.normal(size=(spec.rank, 1)) * 2 * np.pi * rng.uniform(0.3, 3)
            phase = rng.uniform(0, 2 * np.pi, spec.shape[-1])
            example += contrast * np.cos((grid * speed).sum(axis=-2) + phase) * (2 / _WAVES) ** 0.5
    return field


def _targets(signature: Signature, rng: np.random.Generator, inputs: NDArray[Any]) -> NDArray[Any]:
    kind, units = signature.target.kind, signature.target.units
    if kind == "classification":
        return rng.integers(0, units, len(inputs)).astype("int32")
    if kind == "multilabel":
        return rng.integers(0, 2, (len(inputs), units)).astype("float32")
    if kind == "regression":
        return rng.normal(size=(len(inputs), units)).astype("float32")
    return inputs
