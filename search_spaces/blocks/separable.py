"""Depthwise-separable convolution, normalization, activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from search_spaces.blocks.base import Block, Surroundings, check_kernel
from search_spaces.blocks.kernel import choose_reach
from search_spaces.layers.convolution import separable
from search_spaces.layers.masking import keep


@dataclass(frozen=True)
class SeparableChoices:
    """What a separable block decides: the depthwise kernel's length on each axis."""

    kernel: int = 3

    def __post_init__(self) -> None:
        check_kernel(self.kernel)


class Separable(Block[SeparableChoices]):
    """A depthwise and a 1x1 convolution in place of a full one.

    Source: Chollet, "Xception: Deep Learning with Depthwise Separable
    Convolutions", 2017, https://arxiv.org/abs/1610.02357.
    """

    summary = "depthwise and 1x1 convolution, normalization, activation"
    ranks = (1, 2)
    branches = False

    def choose(self, hp: Any, size: tuple[int, ...]) -> SeparableChoices:
        """Declares and returns kernel."""
        return SeparableChoices(kernel=choose_reach(hp, size))

    def apply(self, choices: SeparableChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        tensor = separable(
            keep(tensor, around.mask),
            around.filters,
            choices.kernel,
            f"{around.name}c",
            strides=around.strides,
            use_bias=around.use_bias,
            depthwise_initializer=around.initializer,
            pointwise_initializer=around.initializer,
        )
        return around.finish(tensor)
