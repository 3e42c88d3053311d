"""Two convolutions beside a shortcut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from search_spaces.blocks.base import Block, Surroundings, check_kernel, choose_kernel
from search_spaces.layers.convolution import convolve, pointwise
from search_spaces.layers.pooling import pool


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
        return ResidualChoices(kernel=choose_kernel(hp, size))

    def apply(self, choices: ResidualChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        shortcut = self._shortcut(tensor, around)
        for number, strides in ((1, around.strides), (2, 1)):
            tensor = convolve(
                tensor,
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
        return around.activate(keras.layers.Add(name=f"{around.name}p")([tensor, shortcut]), "2")

    def _shortcut(self, tensor: Any, around: Surroundings) -> Any:
        if around.strides == 2:
            # Averaging keeps what a strided 1x1 convolution would throw away.
            tensor = pool("average", tensor, f"{around.name}d")[0]
        if tensor.shape[-1] != around.filters:
            # Without a bias: a second one, summed with that of the main path, adds nothing.
            tensor = pointwise(
                tensor,
                around.filters,
                False,
                f"{around.name}s",
                kernel_initializer=around.initializer,
            )
        return tensor
