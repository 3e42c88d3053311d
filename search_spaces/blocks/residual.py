"""Two convolutions beside a shortcut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from search_spaces.blocks.base import Block, Surroundings, check_kernel
from search_spaces.blocks.kernel import choose_reach
from search_spaces.blocks.shortcut import add_branch, shortcut
from search_spaces.layers.convolution import convolve
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import shrink_mask


@dataclass(frozen=True)
class ResidualChoices:
    """What a residual block decides: the kernels' length on each axis."""

    kernel: int = 3

    def __post_init__(self) -> None:
        check_kernel(self.kernel)


class Residual(Block[ResidualChoices]):
    """The basic residual block; the shortcut is a 1x1 convolution where shapes differ.

    Source: He et al., "Deep Residual Learning for Image Recognition", 2015,
    https://arxiv.org/abs/1512.03385.
    """

    summary = "two convolutions added to a shortcut"
    ranks = (1, 2)

    def choose(self, hp: Any, size: tuple[int, ...]) -> ResidualChoices:
        """Declares and returns kernel."""
        return ResidualChoices(kernel=choose_reach(hp, size))

    def apply(self, choices: ResidualChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        beside = shortcut(tensor, around)
        inside = shrink_mask(around.mask, around.strides)
        for number, strides, mask in ((1, around.strides, around.mask), (2, 1, inside)):
            tensor = convolve(
                keep(tensor, mask),
                around.filters,
                choices.kernel,
                f"{around.name}c{number}",
                strides=strides,
                use_bias=around.use_bias,
                kernel_initializer=around.initializer,
            )
            tensor = around.normalize(tensor, str(number))
            if number == 1:
                tensor = around.activate(tensor, "1")
        return around.activate(add_branch(tensor, beside, around, "p"), "2")
