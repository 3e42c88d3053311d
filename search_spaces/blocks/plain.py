"""Convolution, normalization, activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from search_spaces.blocks.base import Block, Surroundings, check_kernel, choose_kernel


@dataclass(frozen=True)
class PlainChoices:
    """What a plain block decides: the kernel's side, in pixels."""

    kernel: int = 3

    def __post_init__(self) -> None:
        check_kernel(self.kernel)


class Plain(Block[PlainChoices]):
    """An ordinary convolution: most weights, fewest tensors."""

    summary = "convolution, normalization, activation"

    def choose(self, hp: Any, size: tuple[int, int]) -> PlainChoices:
        """Declares and returns kernel."""
        return PlainChoices(kernel=choose_kernel(hp, size))

    def apply(self, choices: PlainChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        tensor = keras.layers.Conv2D(
            around.filters,
            choices.kernel,
            strides=around.strides,
            padding="same",
            use_bias=around.use_bias,
            name=f"{around.name}c",
        )(tensor)
        return around.finish(tensor)
