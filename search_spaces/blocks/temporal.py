"""Two dilated convolutions over time beside a shortcut."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from search_spaces.blocks.base import Block, Surroundings
from search_spaces.layers.convolution import convolve, pointwise, rank_of
from search_spaces.layers.dropping import drop_branch, drop_channels
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import pool, shrink_mask


@dataclass(frozen=True)
class TemporalChoices:
    """What a temporal block decides.

    Attributes:
        kernel: Steps that a kernel reads; any number of at least 2.
        dilation: Distance between the steps it reads.
        causal: Whether a step sees itself and earlier steps only.
    """

    kernel: int = 3
    dilation: int = 1
    causal: bool = False

    def __post_init__(self) -> None:
        if self.kernel < 2 or self.dilation < 1:
            raise ValueError(
                "A temporal block has a kernel of at least 2 and a dilation of at least 1."
                f" Received: kernel={self.kernel}, dilation={self.dilation}"
            )

    @property
    def reach(self) -> int:
        """Steps before (and, unless causal, after) a step that it sees, taken together."""
        return 2 * (self.kernel - 1) * self.dilation


class Temporal(Block[TemporalChoices]):
    """The residual block of a temporal convolutional network.

    Source: Bai et al., 2018, https://arxiv.org/abs/1803.01271, figure 1, with the
    model's normalization in place of weight normalization. Padded steps are set
    to zero after each convolution, so that the next one reads nothing there.
    """

    summary = "two dilated convolutions over time, causal or not, added to a shortcut"
    ranks = (1,)

    def choose(self, hp: Any, size: tuple[int, ...]) -> TemporalChoices:
        """Declares and returns kernel, dilation and causality."""
        steps = size[0]
        dilations = [d for d in (1, 2, 4, 8, 16) if d == 1 or 2 * d < steps]
        return TemporalChoices(
            kernel=int(hp.Choice("kernel", [3, 5])),
            dilation=int(hp.Choice("dilation", dilations)),
            causal=hp.Choice("causal", ["no", "yes"]) == "yes",
        )

    def apply(self, choices: TemporalChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says.

        Raises:
            ValueError: If the tensor is no sequence.
        """
        if rank_of(tensor) != 1:
            raise ValueError(
                f"A temporal block reads sequences. Received: shape={tuple(tensor.shape)}"
            )
        mask = shrink_mask(around.mask, around.strides)
        tensor = keep(tensor, around.mask)
        if around.strides == 2:
            # Dilated convolutions have no strides.
            tensor = keep(pool("average", tensor, f"{around.name}h", around.mask)[0], mask)
        shortcut = tensor
        for number in (1, 2):
            tensor = convolve(
                tensor,
                around.filters,
                choices.kernel,
                f"{around.name}c{number}",
                padding="causal" if choices.causal else "same",
                dilation_rate=choices.dilation,
                use_bias=around.use_bias,
                kernel_initializer=around.initializer,
            )
            tensor = keep(around.finish(tensor, str(number)), mask)
            tensor = drop_channels(tensor, around.dropout, f"{around.name}d{number}")
        if int(shortcut.shape[-1]) != around.filters:
            shortcut = pointwise(shortcut, around.filters, False, f"{around.name}s")
        tensor = drop_branch(tensor, around.branch_dropout, f"{around.name}k")
        tensor = keras.layers.Add(name=f"{around.name}p")([tensor, shortcut])
        return keep(around.activate(tensor), mask)
