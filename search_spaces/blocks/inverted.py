"""Inverted residual: widen, filter each channel, narrow again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from search_spaces.blocks.base import Block, Surroundings
from search_spaces.blocks.expansion import ExpansionChoices
from search_spaces.blocks.kernel import choose_reach
from search_spaces.blocks.shortcut import add_branch
from search_spaces.layers.convolution import depthwise, pointwise
from search_spaces.layers.excitation import excite
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import shrink_mask


@dataclass(frozen=True)
class InvertedChoices(ExpansionChoices):
    """What an inverted residual block decides; the kernel is depthwise."""


class Inverted(Block[InvertedChoices]):
    """Expand with 1x1, depthwise convolution, project with 1x1, add where shapes allow.

    Sources: Sandler et al., "MobileNetV2: Inverted Residuals and Linear
    Bottlenecks", 2018, https://arxiv.org/abs/1801.04381; with excitation, Howard
    et al., "Searching for MobileNetV3", 2019, https://arxiv.org/abs/1905.02244.
    """

    summary = "1x1 expansion, depthwise convolution, linear 1x1 projection, shortcut"
    ranks = (1, 2)

    def choose(self, hp: Any, size: tuple[int, ...]) -> InvertedChoices:
        """Declares and returns kernel, expansion and excitation."""
        return InvertedChoices(
            kernel=choose_reach(hp, size),
            expansion=int(hp.Choice("expansion", [2, 3, 4, 6])),
            excitation=float(hp.Choice("excitation", [0.0, 0.25])),
        )

    def apply(self, choices: InvertedChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        before = tensor
        inner = int(tensor.shape[-1]) * choices.expansion
        tensor = around.finish(
            pointwise(
                tensor,
                inner,
                around.use_bias,
                f"{around.name}e",
                kernel_initializer=around.initializer,
            ),
            suffix="e",
        )
        tensor = depthwise(
            keep(tensor, around.mask),
            choices.kernel,
            f"{around.name}d",
            strides=around.strides,
            use_bias=around.use_bias,
            depthwise_initializer=around.initializer,
        )
        tensor = around.finish(tensor, suffix="d")
        mask = shrink_mask(around.mask, around.strides)
        tensor = excite(tensor, choices.excitation, around.activation, around.name, mask)
        tensor = around.normalize(
            pointwise(tensor, around.filters, around.use_bias, f"{around.name}p"), suffix="p"
        )
        if tensor.shape == before.shape:
            tensor = add_branch(tensor, before, around, "s")
        return tensor
