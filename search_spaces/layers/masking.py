"""Padding of sequences, kept out of what layers see."""

from __future__ import annotations

from typing import Any

from keras import ops


def keep(tensor: Any, mask: Any) -> Any:
    """Sets padded steps to zero, as a convolution across steps has to find them.

    Args:
        tensor: Keras tensor of shape (batch, steps, channels).
        mask: 1 for steps of data and 0 for padding, (batch, steps, 1); None
            changes nothing.
    """
    return tensor if mask is None else ops.multiply(tensor, mask)


def fill(tensor: Any, mask: Any) -> Any:
    """Puts the first step in place of padded ones, for a normalization.

    Layer normalization divides by the deviation, and the 0 of a row of zeros
    makes a factor of 300 in between, which ruins the scale of an int8 file.

    Args:
        tensor: Keras tensor of shape (batch, steps, channels), zero in padded steps.
        mask: As of `keep`.
    """
    if mask is None:
        return tensor
    return ops.add(tensor, ops.multiply(tensor[:, :1], ops.subtract(1.0, mask)))


def extend(tensor: Any, mask: Any) -> Any:
    """Repeats the last step of data once in the padding behind it, and zeroes the rest.

    A window of two steps that ends in padding then reads as it would at the end
    of an unpadded sequence.
    """
    if mask is None:
        return tensor
    kept = ops.multiply(tensor, mask)
    before = ops.concatenate([ops.zeros_like(kept[:, :1]), kept[:, :-1]], axis=1)
    return ops.add(kept, ops.multiply(before, ops.subtract(1.0, mask)))


def up_to_last(mask: Any) -> Any:
    """Sets every step before the last 1 to 1: only what follows it is padding.

    Maxima with itself, moved by 1, 2, 4, ... steps: nothing but zeros and ones
    comes up in between, which int8 holds exactly, as it would no count of steps.

    Args:
        mask: Zeros and ones, a Keras tensor of shape (batch, steps, 1).
    """
    steps, reach = int(mask.shape[1]), 1
    while reach < steps:
        later = ops.pad(mask[:, reach:], [(0, 0), (0, reach), (0, 0)])
        mask, reach = ops.maximum(mask, later), 2 * reach
    return mask
