"""A transformer's encoder: attention, then feed-forward."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from search_spaces.blocks.base import Block, Surroundings
from search_spaces.layers.attention import attend
from search_spaces.layers.dropping import drop, drop_branch
from search_spaces.layers.feed_forward import FEED_FORWARDS, feed_forward
from search_spaces.layers.normalization import normalization
from search_spaces.layers.pooling import pool, shrink_mask

ORDERS = ("pre", "post")
NORMS = ("layer", "rms")


@dataclass(frozen=True)
class EncoderChoices:
    """What an encoder decides.

    Attributes:
        order: Whether normalization comes before each half, on its branch, or
            after it, on the sum; one of `ORDERS`.
        norm: Layer or root-mean-square normalization; one of `NORMS`.
        heads: Attentions side by side.
        key_width: Channels of each head.
        feed_forward: Plain or gated; one of `FEED_FORWARDS`.
        ratio: Width of the feed-forward over the model's.
        rotary: Whether attention reads positions as angles.
        attention_dropout: Share of attention weights dropped in training.
    """

    order: str = "pre"
    norm: str = "layer"
    heads: int = 2
    key_width: int = 16
    feed_forward: str = "plain"
    ratio: int = 2
    rotary: bool = False
    attention_dropout: float = 0.0

    def __post_init__(self) -> None:
        for name, known in (("order", ORDERS), ("norm", NORMS), ("feed_forward", FEED_FORWARDS)):
            if getattr(self, name) not in known:
                raise ValueError(f"`{name}` is one of {known}. Received: {getattr(self, name)!r}")
        if min(self.heads, self.key_width, self.ratio) < 1:
            raise ValueError(
                "`heads`, `key_width` and `ratio` are at least 1. Received:"
                f" heads={self.heads}, key_width={self.key_width}, ratio={self.ratio}"
            )
        if self.rotary and self.key_width % 2:
            raise ValueError(
                f"Rotary positions need an even `key_width`. Received: key_width={self.key_width}"
            )
        if not 0 <= self.attention_dropout < 1:
            raise ValueError(
                f"`attention_dropout` lies in [0, 1). Received: {self.attention_dropout}"
            )


class Encoder(Block[EncoderChoices]):
    """Attention and feed-forward, each with a shortcut and a normalization.

    Sources: Vaswani et al., "Attention Is All You Need", 2017,
    https://arxiv.org/abs/1706.03762; normalization first: Xiong et al., 2020,
    https://arxiv.org/abs/2002.04745. `Surroundings.dropout` acts on the residual
    branches and inside the feed-forward; `Surroundings.normalization` is not read,
    because an encoder needs one of its own.
    """

    summary = "self-attention and feed-forward with shortcuts, normalized before or after"
    family = "attention"
    ranks = (1,)

    def choose(self, hp: Any, size: tuple[int, ...]) -> EncoderChoices:
        """Declares and returns what `EncoderChoices` holds."""
        return EncoderChoices(
            order=hp.Choice("order", list(ORDERS)),
            norm=hp.Choice("norm", list(NORMS)),
            heads=int(hp.Choice("heads", [1, 2, 4], default=2)),
            key_width=int(hp.Choice("key_width", [8, 16, 32], default=16)),
            feed_forward=hp.Choice("feed_forward", list(FEED_FORWARDS)),
            ratio=int(hp.Choice("ratio", [1, 2, 4], default=2)),
            rotary=hp.Choice("rotary", ["no", "yes"]) == "yes",
            attention_dropout=float(hp.Choice("attention_dropout", [0.0, 0.1, 0.2])),
        )

    def apply(self, choices: EncoderChoices, tensor: Any, around: Surroundings) -> Any:
        """Builds the layers, as `Block.apply` says."""
        mask = around.mask
        if around.strides > 1:
            tensor, _ = pool("average", tensor, f"{around.name}p", mask)
            mask = shrink_mask(mask, around.strides)
        if int(tensor.shape[-1]) != around.filters:
            tensor = keras.layers.Dense(around.filters, name=f"{around.name}i")(tensor)

        def attention(inputs: Any) -> Any:
            return attend(
                inputs,
                choices.heads,
                choices.key_width,
                f"{around.name}a",
                mask=mask,
                rotary=choices.rotary,
                dropout=choices.attention_dropout,
            )

        def forward(inputs: Any) -> Any:
            return feed_forward(
                choices.feed_forward,
                inputs,
                choices.ratio,
                f"{around.name}f",
                active=around.activation,
                dropout=around.dropout,
            )

        tensor = _half(choices, tensor, attention, around, "1")
        return _half(choices, tensor, forward, around, "2")


def _half(
    choices: EncoderChoices,
    tensor: Any,
    branch: Callable[[Any], Any],
    around: Surroundings,
    number: str,
) -> Any:
    """Adds a branch to `tensor` and normalizes, in the chosen order."""
    norm = normalization(choices.norm, f"{around.name}n{number}")
    changed = branch(norm(tensor) if choices.order == "pre" else tensor)
    changed = drop(changed, around.dropout, f"{around.name}d{number}")
    changed = drop_branch(changed, around.branch_dropout, f"{around.name}b{number}")
    total = keras.layers.Add(name=f"{around.name}s{number}")([tensor, changed])
    return total if choices.order == "pre" else norm(total)
