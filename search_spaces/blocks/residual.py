"""Two convolutions beside a shortcut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from search_spaces.blocks.base import (
    Block,
    Surroundings,
    check_kernel,
    choose_kernel,
    pointwise,
)


@dataclass(frozen=True)
class ResidualChoices:
    """What a residual block decides: the kernels' side, in pixels."""

    kernel: int = 3

    def __post_init__(self) -> None:
        check_kernel(self.kernel)


class Residual(Block[ResidualChoices]):
    """The basic residual block; the shortcut is a 1x1 convolution where shapes differ.

    Source: He et al., "Deep Residual Learning for Image Recognition", 2015,
    https://arxiv.org/abs/1512.03385.
    """

    summary = "two convolutions added to a shortcut"

    def choose(self, hp: Any, size: tuple[int, int]) -> ResidualChoices:
        """Declares and returns kernel."""
        return ResidualChoices(kernel=choose_kernel(hp, size))

    def apply(self, choices: ResidualChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        shortcut = self._shortcut(tensor, around)
        for number, strides in ((1, around.strides), (2, 1)):
            tensor = keras.layers.Conv2D(
                around.filters,
                choices.kernel,
                strides=strides,
                padding="same",
                use_bias=around.use_bias,
                name=f"{around.name}c{number}",
            )(tensor)
            tensor = around.normalize(tensor, str(number))
            if number == 1:
                tensor = around.activate(tensor, "1")
        return around.activate(keras.layers.Add(name=f"{around.name}p")([tensor, shortcut]), "2")

    def _shortcut(self, tensor: Any, around: Surroundings) -> Any:
        if around.strides == 2:
            # Averaging keeps what a strided 1x1 convolution would throw away.
            tensor = keras.layers.AveragePooling2D(2, padding="same", name=f"{around.name}d")(
                tensor
            )
        if tensor.shape[-1] != around.filters:
            # Without a bias: a second one, summed with that of the main path, adds nothing.
            tensor = pointwise(tensor, around.filters, False, f"{around.name}s")
        return tensor
