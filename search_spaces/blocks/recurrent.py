"""A recurrent layer over the steps, in one direction or both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import keras
from keras import ops

from search_spaces.blocks.base import Block, Surroundings
from search_spaces.layers.convolution import pointwise, rank_of
from search_spaces.layers.dropping import drop_branch, drop_channels
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import shrink_mask
from search_spaces.layers.sequence import stack_steps

CELLS = ("gru", "lstm", "simple")

#: Why no static int8 file holds a recurrent layer, for the limits of spaces.
NO_INT8 = (
    "the converter crashes on a static int8 loop, and an unrolled one is larger than the float32"
    " loop; take dynamic_int8 or float16"
)


@dataclass(frozen=True)
class RecurrentChoices:
    """What a recurrent block decides.

    Attributes:
        cell: One of `CELLS`. GRU is Cho et al., 2014, https://arxiv.org/abs/1406.1078;
            LSTM is Hochreiter and Schmidhuber, 1997.
        bidirectional: Whether half of the channels come from reading backwards
            (Schuster and Paliwal, 1997).
        residual: Whether the input is added to what comes out.
    """

    cell: str = "gru"
    bidirectional: bool = False
    residual: bool = False

    def __post_init__(self) -> None:
        if self.cell not in CELLS:
            raise ValueError(f"A cell is one of {CELLS}. Received: cell={self.cell!r}")


class Recurrent(Block[RecurrentChoices]):
    """SimpleRNN, LSTM or GRU; two explicit layers where it reads in both directions.

    Strides of 2 join pairs of steps before the layer, as the pyramid of Chan et
    al., "Listen, Attend and Spell", 2015, https://arxiv.org/abs/1508.01211: no
    input is lost and half as many steps are computed. Padded steps (at the end)
    change no state and come out as zeros. The model's activation plays no part:
    gates and tanh belong to the cell.
    """

    summary = "SimpleRNN, LSTM or GRU, one direction or both, with or without a shortcut"
    family = "recurrent"
    ranks = (1,)
    unsupported: ClassVar[Mapping[str, str]] = {"int8": NO_INT8}

    def choose(self, hp: Any, size: tuple[int, ...]) -> RecurrentChoices:
        """Declares and returns cell, direction and shortcut."""
        return RecurrentChoices(
            cell=str(hp.Choice("cell", list(CELLS))),
            bidirectional=hp.Choice("bidirectional", ["no", "yes"]) == "yes",
            residual=hp.Choice("residual", ["no", "yes"]) == "yes",
        )

    def apply(self, choices: RecurrentChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says.

        Raises:
            ValueError: If the tensor is no sequence, or two directions have to
                share a single channel.
        """
        if rank_of(tensor) != 1:
            raise ValueError(
                f"A recurrent block reads sequences. Received: shape={tuple(tensor.shape)}"
            )
        tensor = stack_steps(keep(tensor, around.mask), around.strides)
        mask = shrink_mask(around.mask, around.strides)
        result = _read(
            choices, drop_channels(tensor, around.dropout, f"{around.name}d"), around, mask
        )
        if choices.residual:
            result = drop_branch(result, around.branch_dropout, f"{around.name}k")
            if int(tensor.shape[-1]) != around.filters:
                tensor = pointwise(tensor, around.filters, False, f"{around.name}s")
            result = keras.layers.Add(name=f"{around.name}p")([result, tensor])
        result = around.normalize(result)
        return keep(result, mask)


def _read(choices: RecurrentChoices, tensor: Any, around: Surroundings, mask: Any) -> Any:
    """Returns (batch, steps, filters) of one direction or of both, zero where padded."""
    steps = None if mask is None else ops.greater(ops.squeeze(mask, -1), 0.5)
    if not choices.bidirectional:
        layer = _layer(choices.cell, around.filters, f"{around.name}r")
        # Multiplying also ends Keras' own mask, which the layer hands on.
        return keep(layer(tensor, mask=steps), mask)
    if around.filters < 2:
        raise ValueError("Two directions need at least 2 filters. Received: filters=1")
    back = around.filters // 2
    forward = _layer(choices.cell, around.filters - back, f"{around.name}r")
    backward = _layer(choices.cell, back, f"{around.name}b", go_backwards=True)
    # Reading backwards begins in the padding, where the mask holds the state at zero.
    return ops.concatenate(
        [
            keep(forward(tensor, mask=steps), mask),
            keep(ops.flip(backward(tensor, mask=steps), axis=1), mask),
        ],
        axis=-1,
    )


def _layer(cell: str, units: int, name: str, **options: Any) -> Any:
    layers = {
        "gru": keras.layers.GRU,
        "lstm": keras.layers.LSTM,
        "simple": keras.layers.SimpleRNN,
    }
    return layers[cell](units, return_sequences=True, name=name, **options)
