"""A stage: blocks of one kind at one resolution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import search_spaces
from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.choosing import choices_of
from search_spaces.blocks.plain import PlainChoices
from search_spaces.layers.pooling import pool, shrink_mask


@dataclass(frozen=True)
class Stage:
    """Blocks of one kind at one resolution.

    Attributes:
        block: The block's registered name or import path.
        choices: What the block's `choose` returned.
        depth: Number of such blocks.
        width: Channels each puts out.
        halves: Whether it halves each axis of positions first.
    """

    block: str = "plain"
    choices: Any = field(default_factory=PlainChoices)
    depth: int = 1
    width: int = 24
    halves: bool = True

    def __post_init__(self) -> None:
        if self.depth < 1 or self.width < 1:
            raise ValueError(
                f"A stage has depth and width of at least 1. Received: depth={self.depth},"
                f" width={self.width}"
            )


def choose_stage(
    hp: Any,
    number: int,
    *,
    blocks: Sequence[str],
    size: tuple[int, ...],
    depths: Sequence[int],
    widths: Sequence[int],
    width: int,
) -> Stage:
    """Declares a stage's hyperparameters and returns the one chosen.

    Args:
        hp: Where hyperparameters are declared.
        number: Of the stage, from 1.
        blocks: Names or import paths of blocks.
        size: Length of each axis of positions of the stage.
        depths: Options for the number of blocks.
        widths: Options for the channels.
        width: Which of them is the default.
    """
    with hp.name_scope(f"stage_{number}"):
        kind = str(hp.Choice("block", list(blocks)))
        depth = int(hp.Choice("depth", list(depths)))
        channels = int(hp.Choice("width", list(widths), default=width))
        choices = choices_of(kind, hp, "block", blocks, size)
    return Stage(block=kind, choices=choices, depth=depth, width=channels)


def idle_choices(stages: Sequence[Stage]) -> Iterator[str]:
    """Yields the hyperparameters of blocks that play no part at the width of their stage."""
    for number, stage in enumerate(stages, start=1):
        block = search_spaces.BLOCKS.get(stage.block)()
        for name in block.idle(stage.choices, stage.width):
            yield f"stage_{number}/{stage.block}/{name}"


def apply_stage(
    stage: Stage,
    tensor: Any,
    around: Surroundings,
    pooling: str,
    branch_dropouts: Sequence[float] = (),
) -> tuple[Any, Any]:
    """Builds a stage's layers.

    Args:
        stage: What `choose_stage` returned.
        tensor: A Keras tensor of shape (batch, *positions, channels).
        around: What the model decides for the stage; its name is the prefix of
            all layers' names.
        pooling: How it halves, if it does, one of `search_spaces.layers.pooling.POOLINGS`.
        branch_dropouts: Share of branches dropped in each block; none if empty.

    Returns:
        A Keras tensor of shape (batch, *positions, around.filters), and its mask.
    """
    block = search_spaces.BLOCKS.get(stage.block)()
    mask, strides = around.mask, 1
    if stage.halves:
        tensor, strides = pool(pooling, tensor, f"{around.name}p", mask)
        mask = mask if strides > 1 else shrink_mask(mask, 2)
    for index, rate in enumerate(branch_dropouts or [0.0] * stage.depth, start=1):
        inner = replace(
            around,
            strides=strides,
            name=f"{around.name}b{index}",
            branch_dropout=rate,
            mask=mask,
        )
        tensor = block.apply(stage.choices, tensor, inner)
        mask, strides = shrink_mask(mask, strides), 1
    return tensor, mask
