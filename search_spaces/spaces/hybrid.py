"""Convolutions for what is near, then attention for what is far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import keras

from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.choosing import asked_blocks, block_limits
from search_spaces.layers.convolution import convolve
from search_spaces.layers.dropping import add_noise, drop, drop_channels
from search_spaces.layers.ends import finish, start
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import shrink_mask
from search_spaces.layers.sequence import to_sequence
from search_spaces.layers.tokenizers import flatten_positions
from search_spaces.limits import Limit
from search_spaces.regularization import Regularization, choose_regularization
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.spaces.hybrid_guesses import hybrid_guesses
from search_spaces.spaces.hybrid_plan import HybridPlan, stage_counts
from search_spaces.spaces.stage import Stage, apply_stage, choose_stage, idle_choices
from search_spaces.spaces.staged_limits import layer_limits
from search_spaces.spaces.transformer_plan import FEWEST, MOST
from search_spaces.spaces.transformer_stack import (
    Stack,
    apply_stack,
    attention_refuses,
    choose_stack,
)
from search_spaces.training.recipe import Recipe, choose_recipe


@dataclass(frozen=True)
class HybridArchitecture:
    """A network of convolutions, then attention, and how to train it.

    Attributes:
        embedding: Width of a text token's vector; 0 for other inputs.
        stem: Channels of the first convolution.
        stem_strides: Its strides.
        stages: Convolutional stages; each halves every axis of positions first.
        pooling: How they halve it.
        normalization: Normalization of the convolutions.
        stack: The encoders over what is left.
        regularization: Penalties, bounds and noise.
        recipe: How the model is trained.
    """

    embedding: int = 0
    stem: int = 16
    stem_strides: int = 1
    stages: tuple[Stage, ...] = field(default_factory=lambda: (Stage(),))
    pooling: str = "max"
    normalization: str = "batch"
    stack: Stack = field(default_factory=Stack)
    regularization: Regularization = field(default_factory=Regularization)
    recipe: Recipe = field(default_factory=Recipe)

    def __post_init__(self) -> None:
        if self.stem < 1 or self.stem_strides < 1 or not self.stages:
            raise ValueError(
                "A hybrid has a stem and at least one stage. Received:"
                f" stem={self.stem}, stem_strides={self.stem_strides}, stages={self.stages}"
            )


class HybridSpace(SearchSpace):
    """A stem, convolutional stages, encoders over their positions, a pooled head.

    Source: Dai et al., "CoAtNet: Marrying Convolution and Attention for All Data
    Sizes", 2021, https://arxiv.org/abs/2106.04803.
    """

    name = "hybrid"
    plan_class = HybridPlan
    summary = "stages of convolutional blocks, then encoders of self-attention"

    @classmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns why `signature` is nothing for convolution and attention, or None."""
        reason = attention_refuses(signature, least=8)
        if reason is None and not stage_counts(signature.input.size):
            rank = signature.input.rank
            reason = (
                f"halving its shape {signature.input.shape} does not leave {FEWEST} to"
                f" {MOST[rank]} positions to attend to"
            )
        return reason

    def decide(self, hp: Any) -> HybridArchitecture:
        """Declares the space and returns the network its values stand for."""
        plan = self.plan
        count = int(hp.Choice("stages", list(plan.stages), default=plan.stages[-1]))
        embedding = 0
        if self.signature.input.kind == "tokens":
            embedding = int(hp.Choice("embedding", list(plan.embeddings), default=32))
        stem = int(hp.Choice("stem", list(plan.stem_widths), default=16))
        stages = []
        for number in range(1, max(plan.stages) + 1):
            reached = [each for each in plan.stages if each >= number]
            with hp.conditional_scope("stages", reached):
                stages.append(
                    choose_stage(
                        hp,
                        number,
                        blocks=self._stage_blocks(),
                        size=plan.stage_size(number),
                        depths=plan.stage_depths,
                        widths=plan.stage_widths,
                        width=plan.stage_widths[-3:][0],
                    )
                )
        with hp.name_scope("attention"):
            stack = choose_stack(
                hp,
                prod(plan.stage_size(max(plan.stages))),
                blocks=self._encoders(),
                depths=plan.depths,
                widths=plan.widths,
                activations=plan.activations,
            )
        return HybridArchitecture(
            embedding=embedding,
            stem=stem,
            stem_strides=plan.stem_strides,
            stages=tuple(stages[:count]),
            pooling=hp.Choice("pooling", list(plan.poolings)),
            normalization=hp.Choice("normalization", list(plan.normalizations)),
            stack=stack,
            regularization=choose_regularization(
                hp, channels=True, branches=True, noise=self.signature.input.kind != "tokens"
            ),
            recipe=choose_recipe(hp, self.signature),
        )

    def idle(self, architecture: HybridArchitecture) -> Iterator[str]:
        """Yields what no stage of an architecture needs."""
        return idle_choices(architecture.stages)

    def _stage_blocks(self) -> list[str]:
        rank = self.signature.input.rank
        return asked_blocks("block", self.plan.blocks, self._asked, rank)

    def _encoders(self) -> list[str]:
        return asked_blocks("encoder", self.plan.encoders, self._asked, rank=1)

    def assemble(self, architecture: HybridArchitecture) -> Any:
        """Returns the uncompiled model of raw inputs."""
        spec, rules = self.signature.input, architecture.regularization
        begin = start(spec)
        tensor, mask = begin.tensor, begin.mask
        if spec.kind == "tokens":
            tensor = to_sequence(begin, spec, architecture.embedding)
        tensor = add_noise(tensor, rules.noise, "g")
        tensor, mask = self._stem(architecture, keep(tensor, mask), mask)
        for number, stage in enumerate(architecture.stages, start=1):
            around = replace(_around(architecture, stage.width, f"s{number}"), mask=mask)
            tensor, mask = apply_stage(stage, tensor, around, architecture.pooling)
            tensor = drop_channels(tensor, rules.channel_dropout, f"s{number}d")
        tensor = flatten_positions(tensor, "q")
        tensor = apply_stack(architecture.stack, tensor, mask, rules.branch_dropout)
        tensor = drop(tensor, rules.dropout, "d", architecture.stack.activation)
        outputs = finish(tensor, self.signature.target)
        return keras.Model(begin.inputs, outputs, name=self.name)

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns curated networks for this input, best first."""
        return hybrid_guesses(self.plan, self.signature)

    def limits(self) -> tuple[Limit, ...]:
        """Returns what blocks and layers cannot ship, as they and measurements say."""
        return (
            *layer_limits(self.signature.input, self.plan.normalizations),
            *block_limits("block", self._stage_blocks()),
            *block_limits("encoder", self._encoders()),
        )

    def _stem(self, architecture: HybridArchitecture, tensor: Any, mask: Any) -> tuple[Any, Any]:
        around = _around(architecture, architecture.stem, "s0")
        strides = architecture.stem_strides
        tensor = convolve(
            tensor,
            around.filters,
            max(3, 2 * strides - 1),
            "s0c",
            strides=strides,
            use_bias=around.use_bias,
            kernel_initializer=around.initializer,
        )
        return around.finish(tensor), shrink_mask(mask, strides)


def _around(architecture: HybridArchitecture, filters: int, name: str) -> Surroundings:
    return Surroundings(
        filters=filters,
        activation=architecture.stack.activation,
        normalization=architecture.normalization,
        name=name,
    )
