"""What comes before a recurrent network: fewer steps, and features of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import keras

import search_spaces
from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.plain import PlainChoices
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import pool, shrink_mask
from search_spaces.layers.sequence import lengthen, stack_steps

FRONTS = ("none", "conv", "image")
#: Most stages that halve; what is left to shorten is done by joining steps.
MOST_STAGES = 4


@dataclass(frozen=True)
class Front:
    """Convolutions before the recurrent layers (CRNN), and how much they shorten.

    Attributes:
        kind: One of `FRONTS`: steps are only joined; one-dimensional
            convolutions; two-dimensional ones over a spectrogram.
        shorten: How many steps become one, a power of two.
        block: The convolutional block's registered name or import path.
        choices: What the block's `choose` returned.
        width: Channels of every stage.
        pooling: How a stage halves, a name of `search_spaces.layers.pooling.POOLINGS`.
        activation: Activation of the blocks.
        normalization: Normalization of the blocks.
    """

    kind: str = "none"
    shorten: int = 1
    block: str = "plain"
    choices: Any = field(default_factory=PlainChoices)
    width: int = 32
    pooling: str = "max"
    activation: str = "relu"
    normalization: str = "batch"

    def __post_init__(self) -> None:
        if self.kind not in FRONTS:
            raise ValueError(f"A front end is one of {FRONTS}. Received: kind={self.kind!r}")
        if self.shorten < 1 or self.shorten & (self.shorten - 1):
            raise ValueError(f"`shorten` is a power of two. Received: shorten={self.shorten}")

    @property
    def stages(self) -> int:
        """Number of convolutional stages: one for each halving, at least 1 and at most 4."""
        return min(max(self.shorten.bit_length() - 1, 1), MOST_STAGES)

    @property
    def halvings(self) -> int:
        """Number of stages that halve the steps."""
        return self.stages if self.shorten > 1 else 0

    def surroundings(self, name: str, strides: int = 1, mask: Any = None) -> Surroundings:
        """Returns what a stage's block is told."""
        return Surroundings(
            filters=self.width,
            strides=strides,
            activation=self.activation,
            normalization=self.normalization,
            name=name,
            mask=mask,
        )


def shorten(front: Front, tensor: Any, mask: Any = None) -> tuple[Any, Any]:
    """Applies a front end of kind ``"none"`` or ``"conv"``.

    Args:
        front: The front end.
        tensor: A Keras tensor of shape (batch, steps, channels), zero where padded.
        mask: 1 for steps of data and 0 for padding, (batch, steps, 1), or None.

    Returns:
        Tensor and mask of steps / front.shorten (rounded up) steps, zero where padded.
    """
    tensor = lengthen(tensor, front.shorten)
    mask = None if mask is None else lengthen(mask, front.shorten)
    joined = front.shorten if front.kind == "none" else front.shorten >> front.halvings
    tensor, mask = stack_steps(tensor, joined), shrink_mask(mask, joined)
    if front.kind == "none":
        return tensor, mask
    block = search_spaces.BLOCKS.get(front.block)()
    for number in range(1, front.stages + 1):
        strides = 2 if front.halvings and front.pooling == "stride" else 1
        around = front.surroundings(f"f{number}b", strides, mask)
        tensor = block.apply(front.choices, tensor, around)
        mask = shrink_mask(mask, strides)
        tensor = keep(tensor, mask)
        if front.halvings and strides == 1:
            tensor = pool(front.pooling, tensor, f"f{number}p", mask)[0]
            mask = shrink_mask(mask, 2)
    return tensor, mask


def shorten_image(front: Front, tensor: Any) -> Any:
    """Applies a front end of kind ``"image"``: each stage halves the bins, and frames as asked.

    Args:
        front: The front end; its pooling is ``"max"`` or ``"average"``.
        tensor: A Keras tensor of shape (batch, frames, bins, channels).

    Returns:
        A Keras tensor of shape (batch, frames / front.shorten (rounded up), channels).
    """
    layers = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}
    tensor = lengthen(tensor, front.shorten)
    block = search_spaces.BLOCKS.get(front.block)()
    for number in range(1, front.stages + 1):
        tensor = block.apply(front.choices, tensor, front.surroundings(f"f{number}b"))
        pooling = layers[front.pooling](
            (2 if front.halvings else 1, 2), padding="same", name=f"f{number}p"
        )
        tensor = pooling(tensor)
    frames, bins, channels = (int(size) for size in tensor.shape[1:])
    tensor = keras.layers.Reshape((frames, bins * channels), name="fq")(tensor)
    return stack_steps(tensor, front.shorten >> front.halvings)
