"""Convolution in groups of channels that do not see each other, between two 1x1."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from search_spaces.blocks.base import Block, Surroundings, check_kernel
from search_spaces.blocks.kernel import choose_reach
from search_spaces.blocks.shortcut import add_branch, shortcut
from search_spaces.layers.convolution import convolve, pointwise
from search_spaces.layers.masking import keep


@dataclass(frozen=True)
class GroupedChoices:
    """What a grouped block decides.

    Attributes:
        kernel: Length of the inner kernel on each axis.
        groups: Most groups of channels; the largest number up to it that
            divides the block's width is taken.
    """

    kernel: int = 3
    groups: int = 4

    def __post_init__(self) -> None:
        check_kernel(self.kernel)
        if self.groups < 1:
            raise ValueError(f"`groups` is at least 1. Received: groups={self.groups}")


class Grouped(Block[GroupedChoices]):
    """Mix with 1x1, convolve in groups, mix with 1x1, add to the shortcut.

    Source: Xie et al., "Aggregated Residual Transformations for Deep Neural
    Networks" (ResNeXt), 2016, https://arxiv.org/abs/1611.05431.
    """

    summary = "1x1, convolution in groups of channels, 1x1, added to a shortcut"
    ranks = (1, 2)

    def choose(self, hp: Any, size: tuple[int, ...]) -> GroupedChoices:
        """Declares and returns kernel and groups."""
        return GroupedChoices(
            kernel=choose_reach(hp, size), groups=int(hp.Choice("groups", [4, 2, 8]))
        )

    def apply(self, choices: GroupedChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        beside = shortcut(tensor, around)
        width = around.filters
        options: dict[str, Any] = {
            "use_bias": around.use_bias,
            "kernel_initializer": around.initializer,
        }
        tensor = convolve(tensor, width, 1, f"{around.name}e", **options)
        tensor = convolve(
            keep(around.finish(tensor, "e"), around.mask),
            width,
            choices.kernel,
            f"{around.name}c",
            strides=around.strides,
            groups=divisor_up_to(choices.groups, width),
            **options,
        )
        tensor = around.finish(tensor, "c")
        tensor = pointwise(tensor, width, name=f"{around.name}p", **options)
        tensor = around.normalize(tensor, "p")
        return around.activate(add_branch(tensor, beside, around, "t"), "t")


def divisor_up_to(most: int, number: int) -> int:
    """Returns the largest divisor of `number` that is not above `most`."""
    return max(n for n in range(1, most + 1) if number % n == 0)
