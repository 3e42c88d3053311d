"""Convolution, normalization, activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from search_spaces.blocks.base import Block, Surroundings, check_kernel
from search_spaces.blocks.kernel import choose_reach
from search_spaces.layers.convolution import convolve
from search_spaces.layers.masking import keep


@dataclass(frozen=True)
class PlainChoices:
    """What a plain block decides: the kernel's length on each axis."""

    kernel: int = 3

    def __post_init__(self) -> None:
        check_kernel(self.kernel)


class Plain(Block[PlainChoices]):
    """An ordinary convolution: most weights, fewest tensors."""

    summary = "convolution, normalization, activation"
    ranks = (1, 2)
    branches = False

    def choose(self, hp: Any, size: tuple[int, ...]) -> PlainChoices:
        """Declares and returns kernel."""
        return PlainChoices(kernel=choose_reach(hp, size))

    def apply(self, choices: PlainChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        tensor = convolve(
            keep(tensor, around.mask),
            around.filters,
            choices.kernel,
            f"{around.name}c",
            strides=around.strides,
            use_bias=around.use_bias,
            kernel_initializer=around.initializer,
        )
        return around.finish(tensor)
