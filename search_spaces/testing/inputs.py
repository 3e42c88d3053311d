"""Inputs that the contracts build models for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from search_spaces.signature import InputSpec, Signature, TargetSpec

INPUTS = {
    "image 8x8x1": InputSpec("image", (8, 8, 1), 0.0, 16.0),
    "image 28x28x1": InputSpec("image", (28, 28, 1), 0.0, 255.0),
    "image 32x32x3": InputSpec("image", (32, 32, 3), 0.0, 255.0),
}


def classification_of(kind: str, units: int = 10) -> Signature:
    """Returns the signature of classifying the input named `kind` in `INPUTS`."""
    return Signature(input=INPUTS[kind], target=TargetSpec("classification", units))


def batch(
    signature: Signature, count: int = 32, seed: int = 0
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Returns random inputs of shape (count, *shape) in the input's range, and labels."""
    rng = np.random.default_rng(seed)
    spec = signature.input
    inputs = rng.uniform(spec.low, spec.high, (count, *spec.shape)).astype("float32")
    labels = rng.integers(0, signature.target.units, count).astype("int32")
    return inputs, labels
