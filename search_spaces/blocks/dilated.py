"""Convolution with gaps: a wide view for the weights of a narrow one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from search_spaces.blocks.base import Block, Surroundings, check_kernel
from search_spaces.layers.convolution import convolve
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import pool, shrink_mask


@dataclass(frozen=True)
class DilatedChoices:
    """What a dilated block decides.

    Attributes:
        kernel: Positions the kernel reads on each axis.
        dilation: Distance between two of them.
    """

    kernel: int = 3
    dilation: int = 2

    def __post_init__(self) -> None:
        check_kernel(self.kernel)
        if self.dilation < 1:
            raise ValueError(f"`dilation` is at least 1. Received: dilation={self.dilation}")


class Dilated(Block[DilatedChoices]):
    """A convolution whose kernel skips positions; strides are an average before it.

    Source: Yu and Koltun, "Multi-Scale Context Aggregation by Dilated
    Convolutions", 2015, https://arxiv.org/abs/1511.07122.
    """

    summary = "dilated convolution, normalization, activation"
    ranks = (1, 2)
    branches = False

    def choose(self, hp: Any, size: tuple[int, ...]) -> DilatedChoices:
        """Declares and returns dilation, under which three positions fit into the input."""
        fitting = [step for step in (2, 4, 8) if 2 * step < min(size)]
        return DilatedChoices(dilation=int(hp.Choice("dilation", fitting or [1])))

    def apply(self, choices: DilatedChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        if around.strides == 2:  # No layer has both strides and dilation.
            tensor = pool("average", tensor, f"{around.name}d", around.mask)[0]
        tensor = convolve(
            keep(tensor, shrink_mask(around.mask, around.strides)),
            around.filters,
            choices.kernel,
            f"{around.name}c",
            dilation_rate=choices.dilation,
            use_bias=around.use_bias,
            kernel_initializer=around.initializer,
        )
        return around.finish(tensor)
