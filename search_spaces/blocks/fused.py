"""Fused inverted residual: one full convolution widens and filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from search_spaces.blocks.base import Block, Surroundings
from search_spaces.blocks.expansion import ExpansionChoices
from search_spaces.blocks.kernel import choose_reach
from search_spaces.blocks.shortcut import add_branch
from search_spaces.layers.convolution import convolve, pointwise
from search_spaces.layers.excitation import excite
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import shrink_mask


@dataclass(frozen=True)
class FusedChoices(ExpansionChoices):
    """What a fused inverted residual block decides; at an expansion of 1 nothing is narrowed."""


class Fused(Block[FusedChoices]):
    """Expand with a full convolution, project with 1x1, add where shapes allow.

    Faster than the inverted block on large images with few channels. Source: Tan
    and Le, "EfficientNetV2: Smaller Models and Faster Training", 2021,
    https://arxiv.org/abs/2104.00298.
    """

    summary = "convolution that expands, linear 1x1 projection, shortcut"
    ranks = (1, 2)

    def choose(self, hp: Any, size: tuple[int, ...]) -> FusedChoices:
        """Declares and returns kernel, expansion and excitation."""
        return FusedChoices(
            kernel=choose_reach(hp, size),
            expansion=int(hp.Choice("expansion", [2, 1, 4])),
            excitation=float(hp.Choice("excitation", [0.0, 0.25])),
        )

    def apply(self, choices: FusedChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        before = tensor
        projects = choices.expansion > 1
        inner = int(tensor.shape[-1]) * choices.expansion if projects else around.filters
        tensor = convolve(
            keep(tensor, around.mask),
            inner,
            choices.kernel,
            f"{around.name}c",
            strides=around.strides,
            use_bias=around.use_bias,
            kernel_initializer=around.initializer,
        )
        tensor = around.finish(tensor, "c")
        mask = shrink_mask(around.mask, around.strides)
        tensor = excite(tensor, choices.excitation, around.activation, around.name, mask)
        if projects:
            tensor = pointwise(tensor, around.filters, around.use_bias, f"{around.name}p")
            tensor = around.normalize(tensor, "p")
        if tensor.shape == before.shape:
            tensor = add_branch(tensor, before, around, "s")
        return tensor
