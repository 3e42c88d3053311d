"""How a decoder doubles its positions."""

from __future__ import annotations

from typing import Any

import keras

from search_spaces.layers.convolution import rank_of


def grow(tensor: Any, size: tuple[int, ...], name: str) -> Any:
    """Doubles every axis of positions by repeating them, and crops to `size`.

    A convolution after it leaves none of the checkerboards that a transposed
    one does (Odena et al., 2016, https://distill.pub/2016/deconv-checkerboard).

    Args:
        tensor: Keras tensor of shape (batch, *positions, channels).
        size: Length of each axis of positions of the result, at most twice the
            tensor's: what an encoder halved and rounded up.
        name: Prefix of the layers' names.
    """
    one = rank_of(tensor) == 1
    doubled = (keras.layers.UpSampling1D if one else keras.layers.UpSampling2D)(2, name=f"{name}g")(
        tensor
    )
    extra = [(0, 2 * have - want) for have, want in zip(tensor.shape[1:-1], size, strict=True)]
    if not any(last for _, last in extra):
        return doubled
    if one:
        return keras.layers.Cropping1D(extra[0], name=f"{name}x")(doubled)
    return keras.layers.Cropping2D(extra, name=f"{name}x")(doubled)
