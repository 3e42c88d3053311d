"""Narrow, filter, widen, beside a shortcut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from search_spaces.blocks.base import Block, Surroundings, check_kernel
from search_spaces.blocks.kernel import choose_reach
from search_spaces.blocks.shortcut import add_branch, shortcut
from search_spaces.layers.convolution import convolve, pointwise
from search_spaces.layers.masking import keep

_REDUCTIONS = (2, 4)
#: Inner channels at least: under four, relu can cut the branch off for good.
_FEWEST = 4


@dataclass(frozen=True)
class BottleneckChoices:
    """What a bottleneck block decides.

    Attributes:
        kernel: Length of the inner kernel on each axis.
        reduction: Output width over inner width.
    """

    kernel: int = 3
    reduction: int = 2

    def __post_init__(self) -> None:
        check_kernel(self.kernel)
        if self.reduction < 1:
            raise ValueError(f"`reduction` is at least 1. Received: reduction={self.reduction}")


class Bottleneck(Block[BottleneckChoices]):
    """Reduce with 1x1, convolve, restore with 1x1, add to the shortcut.

    Strides stand in the inner convolution (ResNet 1.5). Source: He et al.,
    "Deep Residual Learning for Image Recognition", 2015,
    https://arxiv.org/abs/1512.03385.
    """

    summary = "1x1 reduction, convolution, 1x1 restoration, added to a shortcut"
    ranks = (1, 2)

    def choose(self, hp: Any, size: tuple[int, ...]) -> BottleneckChoices:
        """Declares and returns kernel and reduction."""
        return BottleneckChoices(
            kernel=choose_reach(hp, size), reduction=int(hp.Choice("reduction", list(_REDUCTIONS)))
        )

    def idle(self, choices: BottleneckChoices, filters: int) -> tuple[str, ...]:
        """Returns the reduction where even the mildest leaves the fewest channels."""
        return ("reduction",) if filters // min(_REDUCTIONS) <= _FEWEST else ()

    def apply(self, choices: BottleneckChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        beside = shortcut(tensor, around)
        inner = max(around.filters // choices.reduction, _FEWEST)
        options = {"kernel_initializer": around.initializer}
        tensor = pointwise(tensor, inner, around.use_bias, f"{around.name}e", **options)
        tensor = convolve(
            keep(around.finish(tensor, "e"), around.mask),
            inner,
            choices.kernel,
            f"{around.name}c",
            strides=around.strides,
            use_bias=around.use_bias,
            **options,
        )
        tensor = around.finish(tensor, "c")
        tensor = pointwise(tensor, around.filters, around.use_bias, f"{around.name}p", **options)
        tensor = around.normalize(tensor, "p")
        return around.activate(add_branch(tensor, beside, around, "t"), "t")
