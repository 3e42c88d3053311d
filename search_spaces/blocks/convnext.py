"""A convolution block with the proportions of a transformer's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from search_spaces.blocks.base import Block, Surroundings, check_kernel
from search_spaces.blocks.shortcut import add_branch
from search_spaces.layers.convolution import convolve, depthwise, pointwise
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import shrink_mask


@dataclass(frozen=True)
class ConvNextChoices:
    """What a ConvNeXt block decides.

    Attributes:
        kernel: Length of the depthwise kernel on each axis.
        expansion: Inner width over the block's width.
    """

    kernel: int = 7
    expansion: int = 4

    def __post_init__(self) -> None:
        check_kernel(self.kernel)
        if self.expansion < 1:
            raise ValueError(f"`expansion` is at least 1. Received: expansion={self.expansion}")


class ConvNext(Block[ConvNextChoices]):
    """Large depthwise convolution, one normalization, expansion and projection, shortcut.

    Where the shape changes, a convolution without overlap comes first. Scaling
    of the branch (LayerScale) is left out: it is for networks far deeper.

    Source: Liu et al., "A ConvNet for the 2020s", 2022,
    https://arxiv.org/abs/2201.03545.
    """

    summary = "large depthwise convolution, normalization, 1x1 expansion and projection, shortcut"
    ranks = (1, 2)

    def choose(self, hp: Any, size: tuple[int, ...]) -> ConvNextChoices:
        """Declares and returns kernel and expansion."""
        kernels = [kernel for kernel in (7, 5, 3) if kernel == 3 or kernel <= min(size)]
        return ConvNextChoices(
            kernel=int(hp.Choice("kernel", kernels)),
            expansion=int(hp.Choice("expansion", [4, 2, 3])),
        )

    def apply(self, choices: ConvNextChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        tensor = self._fitted(tensor, around)
        branch = depthwise(
            keep(tensor, shrink_mask(around.mask, around.strides)),
            choices.kernel,
            f"{around.name}d",
            use_bias=around.use_bias,
            depthwise_initializer=around.initializer,
        )
        branch = around.normalize(branch)
        branch = pointwise(
            branch,
            around.filters * choices.expansion,
            True,
            f"{around.name}e",
            kernel_initializer=around.initializer,
        )
        branch = around.activate(branch)
        branch = pointwise(branch, around.filters, True, f"{around.name}p")
        return add_branch(branch, tensor, around, "s")

    def _fitted(self, tensor: Any, around: Surroundings) -> Any:
        if around.strides == 1 and tensor.shape[-1] == around.filters:
            return tensor
        # Without a bias: that of the projection is added to the same sum.
        return convolve(
            keep(tensor, around.mask) if around.strides == 2 else tensor,
            around.filters,
            around.strides,
            f"{around.name}c",
            strides=around.strides,
            use_bias=False,
        )
