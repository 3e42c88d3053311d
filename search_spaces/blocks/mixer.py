"""MLP-Mixer: dense layers across the steps, then across the channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

from search_spaces.blocks.base import Block, Surroundings
from search_spaces.layers.convolution import convolve
from search_spaces.layers.dropping import drop, drop_branch
from search_spaces.layers.masking import fill, keep
from search_spaces.layers.pooling import shrink_mask


@dataclass(frozen=True)
class MixerChoices:
    """What a mixer block decides.

    Attributes:
        across: Inner width of the layers across the steps, over the number of steps.
        expansion: Inner width of the layers across the channels, over the channels.
    """

    across: float = 1.0
    expansion: int = 2

    def __post_init__(self) -> None:
        if self.across <= 0 or self.expansion < 1:
            raise ValueError(
                "`across` is positive and `expansion` at least 1. Received:"
                f" across={self.across}, expansion={self.expansion}"
            )


class Mixer(Block[MixerChoices]):
    """Two residual branches: one mixes the steps of a channel, one the channels of a step.

    Source: Tolstikhin et al., "MLP-Mixer: An all-MLP Architecture for Vision",
    2021, https://arxiv.org/abs/2105.01601. Its weights are tied to the number of
    steps, so a sequence keeps its length.
    """

    summary = "MLP-Mixer: dense layers across steps, then across channels, with shortcuts"
    family = "mixing"
    ranks = (1,)

    def choose(self, hp: Any, size: tuple[int, ...]) -> MixerChoices:
        """Declares and returns across and expansion."""
        return MixerChoices(
            across=float(hp.Choice("across", _told_apart(size[0]), default=1.0)),
            expansion=int(hp.Choice("expansion", [1, 2, 4], default=2)),
        )

    def apply(self, choices: MixerChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        tensor, mask = _fitted(tensor, around)
        steps = int(tensor.shape[1])
        inner = _inner_width(choices.across, steps)
        mixed = keep(around.normalize(fill(tensor, mask), "t"), mask)
        mixed = keras.layers.Permute((2, 1), name=f"{around.name}pt")(mixed)
        mixed = _two_layers(mixed, inner, steps, around, "t")
        mixed = keras.layers.Permute((2, 1), name=f"{around.name}pc")(mixed)
        tensor = _added(tensor, keep(mixed, mask), around, "t")
        inner = choices.expansion * around.filters
        mixed = around.normalize(fill(tensor, mask), "c")
        mixed = _two_layers(mixed, inner, around.filters, around, "c")
        return _added(tensor, keep(mixed, mask), around, "c")


def _inner_width(across: float, steps: int) -> int:
    return max(4, round(across * steps))  # Fewer can all be dead under relu.


def _told_apart(steps: int) -> list[float]:
    """Returns the options for `MixerChoices.across` that differ in what they build."""
    widths = {_inner_width(across, steps): across for across in (0.5, 2.0, 1.0)}
    return sorted(widths.values())


def _fitted(tensor: Any, around: Surroundings) -> tuple[Any, Any]:
    """Returns the tensor and its mask with the steps and channels that the block puts out."""
    if around.strides == 1 and int(tensor.shape[-1]) == around.filters:
        return tensor, around.mask
    tensor = convolve(
        tensor,
        around.filters,
        around.strides,  # Every step is read once.
        f"{around.name}p",
        strides=around.strides,
        use_bias=around.use_bias,
    )
    mask = shrink_mask(around.mask, around.strides)
    return keep(tensor, mask), mask


def _two_layers(tensor: Any, inner: int, units: int, around: Surroundings, suffix: str) -> Any:
    """Applies the branch's two dense layers to the last axis."""
    name = f"{around.name}{suffix}"
    tensor = keras.layers.Dense(inner, kernel_initializer=around.initializer, name=f"{name}w")(
        tensor
    )
    tensor = drop(around.activate(tensor, suffix), around.dropout, f"{name}o", around.activation)
    # What follows a block normalizes the sum, which would cancel a bias.
    return keras.layers.Dense(units, use_bias=around.use_bias, name=f"{name}v")(tensor)


def _added(tensor: Any, branch: Any, around: Surroundings, suffix: str) -> Any:
    branch = drop_branch(branch, around.branch_dropout, f"{around.name}{suffix}b")
    return keras.layers.Add(name=f"{around.name}{suffix}s")([tensor, branch])
