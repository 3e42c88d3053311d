"""Inverted residual: widen, filter each channel, narrow again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from search_spaces.blocks.base import Block, Surroundings, check_kernel, choose_kernel
from search_spaces.layers.convolution import depthwise, pointwise


@dataclass(frozen=True)
class InvertedChoices:
    """What an inverted residual block decides.

    Attributes:
        kernel: Side of the depthwise kernel, in pixels.
        expansion: Inner width over input width.
    """

    kernel: int = 3
    expansion: int = 2

    def __post_init__(self) -> None:
        check_kernel(self.kernel)
        if self.expansion < 1:
            raise ValueError(f"`expansion` is at least 1. Received: expansion={self.expansion}")


class Inverted(Block[InvertedChoices]):
    """Expand with 1x1, depthwise convolution, project with 1x1, add where shapes allow.

    Source: Sandler et al., "MobileNetV2: Inverted Residuals and Linear
    Bottlenecks", 2018, https://arxiv.org/abs/1801.04381.
    """

    summary = "1x1 expansion, depthwise convolution, linear 1x1 projection, shortcut"
    ranks = (1, 2)

    def choose(self, hp: Any, size: tuple[int, ...]) -> InvertedChoices:
        """Declares and returns kernel and expansion."""
        return InvertedChoices(
            kernel=choose_kernel(hp, size), expansion=int(hp.Choice("expansion", [2, 3, 4]))
        )

    def apply(self, choices: InvertedChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        shortcut = tensor
        inner = int(tensor.shape[-1]) * choices.expansion
        tensor = around.finish(
            pointwise(tensor, inner, around.use_bias, f"{around.name}e"), suffix="e"
        )
        tensor = depthwise(
            tensor,
            choices.kernel,
            f"{around.name}d",
            strides=around.strides,
            use_bias=around.use_bias,
            depthwise_initializer=around.initializer,
        )
        tensor = around.finish(tensor, suffix="d")
        tensor = around.normalize(
            pointwise(tensor, around.filters, around.use_bias, f"{around.name}p"), suffix="p"
        )
        if tensor.shape == shortcut.shape:
            tensor = keras.layers.Add(name=f"{around.name}s")([tensor, shortcut])
        return tensor
