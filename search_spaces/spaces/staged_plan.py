"""How a convolutional space is scaled to its input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import search_spaces
from search_spaces.layers.activations import ACTIVATIONS
from search_spaces.layers.heads import HEADS
from search_spaces.layers.normalization import NORMALIZATIONS
from search_spaces.layers.pooling import POOLINGS
from search_spaces.layers.stems import STEMS
from search_spaces.signature import InputSpec
from search_spaces.spaces.options import divided

_NAMES = {
    "stems": STEMS,
    "poolings": POOLINGS,
    "activations": ACTIVATIONS,
    "normalizations": NORMALIZATIONS,
    "heads": HEADS,
}


@dataclass(frozen=True)
class StagedPlan:
    """Options of a convolutional network for one kind and size of input.

    The first option of each is the default, but for widths and `stem_widths`.

    Attributes:
        size: Length of each axis of positions: pixels or steps.
        stem_strides: Strides of a plain stem: large inputs are shrunk at once,
            or their first layers would cost nearly everything.
        halving: By how much the first stage shrinks its input, 1 or 2; every
            later stage halves it.
        max_stages: Most stages.
        stems: Options of `search_spaces.layers.stems.STEMS`.
        stem_widths: Options for the stem's channels.
        stem_kernels: Options for its kernel's length on each axis at strides of 1 or 2;
            where it shrinks by more, kernels are as much longer.
        widths: Channels of stages, in rising order.
        width_options: How many of them a stage has for options: the first stage
            the first ones, each later stage the same moved on by one.
        depths: Options for a stage's number of blocks.
        blocks: Names or import paths of blocks.
        poolings: Options of `search_spaces.layers.pooling.POOLINGS`.
        activations: Options of `search_spaces.layers.activations.ACTIVATIONS`.
        normalizations: Options of `search_spaces.layers.normalization.NORMALIZATIONS`.
        heads: Options of `search_spaces.layers.heads.HEADS`.
        hidden: Options for the width of the hidden layer of the head ``"dense"``.
        tops: Options for the channels of a last 1x1 convolution, 0 for none.
        embeddings: Options for the width of a token's vector.
    """

    size: tuple[int, ...]
    stem_strides: int
    halving: int
    max_stages: int
    stems: tuple[str, ...]
    stem_widths: tuple[int, ...]
    stem_kernels: tuple[int, ...]
    widths: tuple[int, ...]
    width_options: int
    depths: tuple[int, ...]
    blocks: tuple[str, ...]
    poolings: tuple[str, ...] = POOLINGS
    activations: tuple[str, ...] = ACTIVATIONS
    normalizations: tuple[str, ...] = ("batch",)
    heads: tuple[str, ...] = HEADS
    hidden: tuple[int, ...] = (32, 64)
    tops: tuple[int, ...] = (0,)
    embeddings: tuple[int, ...] = (32, 64, 128)

    def __post_init__(self) -> None:
        for name in (each.name for each in fields(self)):
            value = getattr(self, name)
            if isinstance(value, Sequence) and not value:
                raise ValueError(f"`{name}` must have an option. Received: none.")
            for option in value if name in _NAMES else ():
                if option not in _NAMES[name]:
                    raise ValueError(
                        f"`{name}` are some of {', '.join(_NAMES[name])}. Received: {option!r}"
                    )
        numbers = (*self.widths, *self.stem_widths, *self.stem_kernels, *self.depths, *self.hidden)
        counts = (self.stem_strides, self.max_stages, self.width_options, *self.embeddings)
        if min(*numbers, *counts) < 1 or min(self.tops) < 0 or self.halving not in (1, 2):
            raise ValueError(
                "Widths, kernels, depths, strides and counts are at least 1, `tops` at least 0 and"
                f" `halving` 1 or 2. Received: {self}"
            )

    def stage_size(self, number: int) -> tuple[int, ...]:
        """Returns the length of each axis of positions in stage `number` (from 1)."""
        factor = self.stem_strides * self.halving * 2 ** (number - 1)
        return tuple(divided(length, factor) for length in self.size)

    def stage_widths(self, number: int) -> tuple[int, ...]:
        """Returns the options for the channels of stage `number` (from 1)."""
        first = min(number - 1, max(len(self.widths) - self.width_options, 0))
        return self.widths[first : first + self.width_options]


def stages_for(size: tuple[int, ...], factor: int, most: int, least: int = 2) -> int:
    """Returns how many stages fit, of at most `most`: the last still sees `least` positions.

    Args:
        size: Length of each axis of positions of the input.
        factor: By how much the first stage's input and itself shrink it.
        most: Most stages.
        least: Positions on the shortest axis.
    """
    stages = 1
    while stages < most and divided(min(size), factor * 2**stages) >= least:
        stages += 1
    return stages


def convolution_blocks(rank: int) -> tuple[str, ...]:
    """Returns the registered convolution blocks that take tensors of a rank."""
    found = ((name, search_spaces.BLOCKS.get(name)) for name in search_spaces.BLOCKS.names())
    return tuple(
        name for name, block in found if block.family == "convolution" and rank in block.ranks
    )


def sequence_strides(spec: InputSpec) -> tuple[int, int]:
    """Returns strides of the stem and `StagedPlan.halving` for a series or tokens."""
    steps = spec.size[0]
    if spec.kind == "tokens" or steps < 128:
        return 1, 1
    return (1 if steps < 256 else 2 if steps < 1024 else 4 if steps < 4096 else 8), 2


def strides_for(spec: InputSpec, large: int) -> tuple[int, int]:
    """Returns strides of the stem and `StagedPlan.halving` for any input.

    Args:
        spec: The input.
        large: Shortest side of a map from which the stem has strides of 4.
    """
    if spec.rank == 1:
        return sequence_strides(spec)
    side, small = min(spec.size), 48 if spec.kind == "image" else 32
    return (1 if side < small else 2 if side < large else 4), 2


def masked(spec: InputSpec) -> bool:
    """Returns whether a model of this input has to tell data from padding."""
    return spec.kind == "tokens" or spec.ragged
