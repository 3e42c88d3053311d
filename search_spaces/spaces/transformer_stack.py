"""Encoders over a sequence of tokens, and what their answer is read from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from keras import ops

import search_spaces
from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.choosing import choose_block
from search_spaces.blocks.encoder import EncoderChoices
from search_spaces.layers.attention_pooling import attention_pool
from search_spaces.layers.dropping import drop
from search_spaces.layers.heads import collapse
from search_spaces.layers.masking import fill, keep
from search_spaces.layers.normalization import normalization
from search_spaces.layers.positions import POSITIONS, place, prepend_class
from search_spaces.signature import Signature
from search_spaces.spaces.options import middle

HEADS = ("average", "class", "max", "average_max", "attention")


@dataclass(frozen=True)
class Stack:
    """Encoders one after the other.

    Attributes:
        block: The block's registered name or import path.
        choices: What the block's `choose` returned.
        depth: Number of such blocks.
        width: Channels between them.
        positions: How steps know their place; of `search_spaces.layers.positions`.
        head: What the answer is read from, one of `HEADS`: mean, maximum or both
            over the steps, a weighted mean, or a step of its own.
        activation: Activation of the feed-forwards.
        dropout: Share dropped of tokens' values and of every branch.
    """

    block: str = "encoder"
    choices: Any = field(default_factory=EncoderChoices)
    depth: int = 1
    width: int = 32
    positions: str = "learned"
    head: str = "average"
    activation: str = "gelu"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if self.depth < 1 or self.width < 1:
            raise ValueError(
                f"A stack has depth and width of at least 1. Received: depth={self.depth},"
                f" width={self.width}"
            )
        for name, known in (("positions", POSITIONS), ("head", HEADS)):
            if getattr(self, name) not in known:
                raise ValueError(f"`{name}` is one of {known}. Received: {getattr(self, name)!r}")


def choose_stack(
    hp: Any,
    steps: int,
    *,
    blocks: Sequence[str],
    depths: Sequence[int],
    widths: Sequence[int],
    activations: Sequence[str],
) -> Stack:
    """Declares a stack's hyperparameters and returns the one chosen.

    Args:
        hp: Where hyperparameters are declared.
        steps: Fewest steps that the stack can be built over.
        blocks: Names or import paths of blocks of sequences.
        depths: Options for the number of blocks.
        widths: Options for the channels.
        activations: Options for the activation.
    """
    kind, choices = choose_block(hp, "encoder", blocks, (steps,))
    return Stack(
        block=kind,
        choices=choices,
        depth=int(hp.Choice("depth", list(depths))),
        width=int(hp.Choice("width", list(widths), default=middle(widths))),
        positions=hp.Choice("positions", list(POSITIONS)),
        head=hp.Choice("head", list(HEADS)),
        activation=hp.Choice("activation", list(activations)),
        dropout=float(hp.Choice("inner_dropout", [0.0, 0.1, 0.2, 0.3])),
    )


def apply_stack(
    stack: Stack, tensor: Any, mask: Any, branch_dropout: float = 0.0, name: str = "t"
) -> Any:
    """Builds the layers from tokens to a vector.

    Args:
        stack: What `choose_stack` returned.
        tensor: A Keras tensor of shape (batch, steps, channels).
        mask: 1 for steps of data and 0 for padding, (batch, steps, 1), or None.
        branch_dropout: Share of residual branches dropped in training, of the
            last block; of earlier ones less (Huang et al., 2016, section 3).
        name: Prefix of the layers' names.

    Returns:
        A Keras tensor of shape (batch, features).
    """
    tensor = place(stack.positions, tensor, stack.width, f"{name}p")
    tensor = fill(keep(tensor, mask), mask)
    if stack.head == "class":
        tensor, mask = prepend_class(tensor, mask, f"{name}c")
    tensor = drop(tensor, stack.dropout, f"{name}d", stack.activation)
    block = search_spaces.BLOCKS.get(stack.block)()
    for number in range(1, stack.depth + 1):
        around = Surroundings(
            filters=stack.width,
            activation=stack.activation,
            normalization="layer",
            name=f"{name}{number}",
            branch_dropout=branch_dropout * number / stack.depth,
            dropout=stack.dropout,
            mask=mask,
        )
        tensor = block.apply(stack.choices, tensor, around)
    if stack.head == "class":
        tensor, mask = tensor[:, :1], None
    if getattr(stack.choices, "order", "pre") == "pre":
        norm = getattr(stack.choices, "norm", "layer")
        tensor = normalization(norm, f"{name}n")(tensor)
    return _head(stack.head, tensor, mask, f"{name}h")


def _head(kind: str, tensor: Any, mask: Any, name: str) -> Any:
    if kind == "class":
        return ops.squeeze(tensor, axis=1)
    if kind == "attention":
        return attention_pool(tensor, name, mask)
    if kind == "average_max":
        both = [collapse(each, tensor, name + each[0], mask) for each in ("average", "max")]
        return ops.concatenate(both, axis=-1)
    return collapse(kind, tensor, name, mask)


def attention_refuses(signature: Signature, least: int = 8) -> str | None:
    """Returns why attention has nothing to attend to, or None.

    Args:
        signature: Input and target.
        least: Fewest pixels on a side, or steps.
    """
    spec = signature.input
    if spec.kind == "vector":
        return "it takes images, spectrograms, series and tokens, and the input is a vector"
    if signature.target.kind == "reconstruction":
        return "it answers with classes, labels or numbers, and this asks for the input itself"
    if min(spec.size) < least:
        return (
            f"each axis of positions must be at least {least} long, and the shape is {spec.shape}"
        )
    return None
