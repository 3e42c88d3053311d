"""Kernels of several lengths side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from search_spaces.blocks.base import Block, Surroundings, check_kernel
from search_spaces.layers.convolution import convolve
from search_spaces.layers.masking import keep


@dataclass(frozen=True)
class ParallelChoices:
    """What a parallel block decides: the length of the longest of its kernels."""

    kernel: int = 5

    def __post_init__(self) -> None:
        check_kernel(self.kernel)
        if self.kernel < 5:
            raise ValueError(f"The longest kernel is at least 5. Received: kernel={self.kernel}")


class Parallel(Block[ParallelChoices]):
    """Three convolutions of growing kernels, concatenated.

    For words as in Kim, "Convolutional Neural Networks for Sentence
    Classification", 2014, https://arxiv.org/abs/1408.5882; for series as in Fawaz
    et al., "InceptionTime", 2019, https://arxiv.org/abs/1909.04939.
    """

    summary = "convolutions of three kernels side by side, normalization, activation"
    ranks = (1, 2)
    branches = False

    def choose(self, hp: Any, size: tuple[int, ...]) -> ParallelChoices:
        """Declares and returns the longest kernel."""
        lengths = (5, 7, 9) if len(size) == 1 else (5,)
        fitting = [length for length in lengths if length == 5 or length <= min(size)]
        return ParallelChoices(kernel=int(hp.Choice("kernel", fitting)))

    def apply(self, choices: ParallelChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        tensor = keep(tensor, around.mask)
        branches = min(3, around.filters)
        made = [
            convolve(
                tensor,
                # What does not divide goes to the first branches.
                (around.filters + branches - 1 - number) // branches,
                choices.kernel - 2 * (branches - 1 - number),
                f"{around.name}c{number + 1}",
                strides=around.strides,
                use_bias=around.use_bias,
                kernel_initializer=around.initializer,
            )
            for number in range(branches)
        ]
        if len(made) > 1:
            tensor = keras.layers.Concatenate(name=f"{around.name}k")(made)
        else:
            (tensor,) = made
        return around.finish(tensor)
