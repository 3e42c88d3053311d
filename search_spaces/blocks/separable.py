"""Depthwise-separable convolution, normalization, activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from search_spaces.blocks.base import Block, Surroundings, check_kernel, choose_kernel


@dataclass(frozen=True)
class SeparableChoices:
    """What a separable block decides: the depthwise kernel's side, in pixels."""

    kernel: int = 3

    def __post_init__(self) -> None:
        check_kernel(self.kernel)


class Separable(Block[SeparableChoices]):
    """A depthwise and a 1x1 convolution in place of a full one.

    Source: Chollet, "Xception: Deep Learning with Depthwise Separable
    Convolutions", 2017, https://arxiv.org/abs/1610.02357.
    """

    summary = "depthwise and 1x1 convolution, normalization, activation"

    def choose(self, hp: Any, size: tuple[int, int]) -> SeparableChoices:
        """Declares and returns kernel."""
        return SeparableChoices(kernel=choose_kernel(hp, size))

    def apply(self, choices: SeparableChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        tensor = keras.layers.SeparableConv2D(
            around.filters,
            choices.kernel,
            strides=around.strides,
            padding="same",
            use_bias=around.use_bias,
            name=f"{around.name}c",
        )(tensor)
        return around.finish(tensor)
