"""Which weights of a kernel are zero: by magnitude, or two of every four."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def magnitude_mask(values: np.ndarray, sparsity: float) -> np.ndarray:
    """Returns 0 for the smallest weights and 1 for the rest, in float32.

    Exactly ``round(sparsity * size)`` weights are masked, ties by their place.

    Args:
        values: A kernel of any shape.
        sparsity: Share of zeros, from 0 to below 1.
    """
    import numpy as np

    count = round(sparsity * values.size)
    mask = np.ones(values.size, "float32")
    order = np.argsort(np.abs(values).ravel(), kind="stable")
    mask[order[:count]] = 0.0
    return mask.reshape(values.shape)


def two_four_mask(values: np.ndarray) -> np.ndarray:
    """Returns 0 for the two smallest of every four inputs of an output, else 1.

    Groups are consecutive inputs of one output channel (the last axis): the order
    in which files hold the kernels of convolutions and dense layers. What is left
    over where inputs are no multiple of four stays.
    Source: Mishra et al., 2021, https://arxiv.org/abs/2104.08378.
    """
    import numpy as np

    outputs = values.shape[-1]
    flat = np.abs(values).reshape(-1, outputs)
    whole = len(flat) // 4 * 4
    mask = np.ones(flat.shape, "float32")
    groups = flat[:whole].reshape(-1, 4, outputs)
    order = np.argsort(groups, axis=1, kind="stable")
    inner = mask[:whole].reshape(-1, 4, outputs)
    np.put_along_axis(inner, order[:, :2], 0.0, axis=1)
    mask[:whole] = inner.reshape(-1, outputs)
    return mask.reshape(values.shape)


def sparsity_of(values: np.ndarray) -> float:
    """Returns the share of zeros."""
    return float((values == 0).mean())


def two_four_share(values: np.ndarray) -> float:
    """Returns the share of groups of four inputs that hold two zeros or more."""
    outputs = values.shape[-1]
    flat = values.reshape(-1, outputs)
    whole = len(flat) // 4 * 4
    if not whole:
        return 1.0
    zeros = (flat[:whole].reshape(-1, 4, outputs) == 0).sum(axis=1)
    return float((zeros >= 2).mean())
