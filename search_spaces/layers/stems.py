"""What first looks at an input."""

from __future__ import annotations

from typing import Any

from search_spaces.layers.convolution import convolve

STEMS = ("plain", "strided", "patchify", "none")


def stem_factor(kind: str, strides: int, halving: int) -> int:
    """Returns by how much a stem shrinks each axis of positions.

    ``"strided"`` and ``"patchify"`` do at once what a plain stem leaves to the
    first stage, so that whatever follows works at the same size.

    Args:
        kind: One of `STEMS`.
        strides: Strides of a plain stem.
        halving: By how much the first stage shrinks its input otherwise.

    Raises:
        ValueError: If `kind` is not one of `STEMS`.
    """
    if kind not in STEMS:
        raise ValueError(f"A stem is one of {STEMS}. Received: kind={kind!r}")
    if kind == "none":
        return 1
    return strides if kind == "plain" else strides * halving


def stem(
    kind: str, tensor: Any, filters: int, kernel: int, factor: int, name: str, **options: Any
) -> Any:
    """Applies the first convolution; normalization and activation are the caller's.

    Args:
        kind: One of `STEMS`: an ordinary convolution, with strides or without;
            one over patches that do not overlap, as in Dosovitskiy et al., 2020,
            https://arxiv.org/abs/2010.11929; or none, for inputs that have been
            embedded.
        tensor: Keras tensor of a sequence or an image.
        filters: Channels put out.
        kernel: Length of the kernel on each axis; patches are as long as `factor`,
            and strides skip no position, whatever it says.
        factor: What `stem_factor` returned.
        name: Name of the layer.
        options: Further arguments of the convolution.
    """
    if kind == "none":
        return tensor
    if kind == "patchify":
        kernel = factor
    elif kernel < factor:
        kernel = factor + 1 - factor % 2
    return convolve(tensor, filters, kernel, name, strides=factor, **options)
