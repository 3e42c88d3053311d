"""Temporal convolutional networks over series, text and spectrograms."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import keras

from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.temporal import Temporal, TemporalChoices
from search_spaces.layers.activations import ACTIVATIONS
from search_spaces.layers.convolution import convolve
from search_spaces.layers.dropping import add_noise, drop
from search_spaces.layers.ends import finish, start
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import shrink_mask
from search_spaces.layers.sequence import lengthen, to_sequence
from search_spaces.layers.sequence_heads import summarize
from search_spaces.limits import Limit
from search_spaces.regularization import Regularization, choose_regularization
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.spaces.options import middle
from search_spaces.spaces.sequence_questions import sequence_refuses
from search_spaces.spaces.staged_limits import layer_limits
from search_spaces.spaces.tcn_guesses import tcn_guesses
from search_spaces.spaces.tcn_plan import TcnPlan
from search_spaces.training.recipe import Recipe, choose_recipe

_NORMALIZATIONS = ("batch", "layer", "rms", "none")


@dataclass(frozen=True)
class TcnArchitecture:
    """A temporal convolutional network and how to train it.

    Attributes:
        embedding: Width of a token's vector; 0 for other inputs.
        shorten: How many steps the stem makes one; 1 for no stem.
        levels: Number of blocks; the dilation doubles from each to the next.
        width: Channels of every block, and of the stem.
        choices: Kernel and causality of every block.
        activation: Activation of every block.
        normalization: Normalization of every block.
        head: How the steps become one vector.
        input_dropout: Share of the values before the first layer that is dropped.
        layer_dropout: Share of channels dropped after each convolution.
        regularization: Penalties, bounds and noise.
        recipe: How the model is trained.
    """

    embedding: int = 0
    shorten: int = 1
    levels: int = 3
    width: int = 32
    choices: TemporalChoices = field(default_factory=TemporalChoices)
    activation: str = "relu"
    normalization: str = "batch"
    head: str = "average"
    input_dropout: float = 0.0
    layer_dropout: float = 0.0
    regularization: Regularization = field(default_factory=Regularization)
    recipe: Recipe = field(default_factory=Recipe)

    def __post_init__(self) -> None:
        if min(self.levels, self.width, self.shorten) < 1:
            raise ValueError(
                "A temporal network has levels, width and shortening of at least 1. Received:"
                f" levels={self.levels}, width={self.width}, shorten={self.shorten}"
            )

    def block(self, level: int) -> TemporalChoices:
        """Returns the choices of the block at `level`, from 0: its dilation is 2^level."""
        return replace(self.choices, dilation=2**level)


class TcnSpace(SearchSpace):
    """A stem that may shorten, blocks of doubling dilation, a vector of their steps, an answer.

    Source: Bai et al., "An Empirical Evaluation of Generic Convolutional and
    Recurrent Networks for Sequence Modeling", 2018, https://arxiv.org/abs/1803.01271.
    """

    name = "tcn"
    plan_class = TcnPlan
    summary = "temporal convolutional networks: residual blocks of doubling dilation"

    @classmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns why `signature` asks for no labels or numbers of a sequence, or None."""
        return sequence_refuses(signature)

    def decide(self, hp: Any) -> TcnArchitecture:
        """Declares the space and returns the network its values stand for."""
        plan, spec, units = self.plan, self.signature.input, self.signature.target.units
        embedding = 0
        if spec.kind == "tokens":
            embedding = int(hp.Choice("embedding", list(plan.embeddings), middle(plan.embeddings)))
        return TcnArchitecture(
            embedding=embedding,
            shorten=int(hp.Choice("shorten", list(plan.shortenings))),
            levels=int(hp.Choice("levels", list(plan.levels), default=middle(plan.levels))),
            width=int(hp.Choice("width", list(plan.widths), default=middle(plan.widths))),
            choices=TemporalChoices(
                kernel=int(hp.Choice("kernel", list(plan.kernels))),
                causal=hp.Choice("causal", ["no", "yes"]) == "yes",
            ),
            activation=str(hp.Choice("activation", list(ACTIVATIONS))),
            normalization=str(hp.Choice("normalization", list(_NORMALIZATIONS))),
            head=str(hp.Choice("head", list(plan.heads))),
            input_dropout=float(hp.Choice("input_dropout", [0.0, 0.1, 0.2, 0.3, 0.5])),
            layer_dropout=float(hp.Choice("layer_dropout", [0.0, 0.1, 0.2, 0.3])),
            regularization=choose_regularization(
                hp, branches=True, noise=spec.kind != "tokens", matrices=units > 1
            ),
            recipe=choose_recipe(hp, self.signature),
        )

    def assemble(self, architecture: TcnArchitecture) -> Any:
        """Returns the uncompiled model of raw sequences (batch, *input.shape)."""
        rules, spec = architecture.regularization, self.signature.input
        begin = start(spec)
        tensor = add_noise(to_sequence(begin, spec, architecture.embedding), rules.noise, "g")
        tensor = keep(tensor, begin.mask) if rules.noise else tensor
        tensor = drop(tensor, architecture.input_dropout, "i")
        tensor, mask = self._stem(architecture, tensor, begin.mask)
        for level in range(architecture.levels):
            around = self._surroundings(architecture, f"l{level + 1}", mask)
            tensor = Temporal().apply(architecture.block(level), tensor, around)
        tensor = summarize(architecture.head, tensor, "h", mask)
        tensor = drop(tensor, rules.dropout, "d", architecture.activation)
        return keras.Model(begin.inputs, finish(tensor, self.signature.target), name=self.name)

    def _stem(self, architecture: TcnArchitecture, tensor: Any, mask: Any) -> tuple[Any, Any]:
        factor = architecture.shorten
        if factor == 1:
            return tensor, mask
        around = self._surroundings(architecture, "s", mask)
        tensor = convolve(
            lengthen(tensor, factor),
            architecture.width,
            2 * factor + 1,
            "sc",
            padding="causal" if architecture.choices.causal else "same",
            strides=factor,
            use_bias=around.use_bias,
            kernel_initializer=around.initializer,
        )
        mask = None if mask is None else shrink_mask(lengthen(mask, factor), factor)
        return keep(around.finish(tensor), mask), mask

    def _surroundings(self, architecture: TcnArchitecture, name: str, mask: Any) -> Surroundings:
        return Surroundings(
            filters=architecture.width,
            activation=architecture.activation,
            normalization=architecture.normalization,
            name=name,
            dropout=architecture.layer_dropout,
            branch_dropout=architecture.regularization.branch_dropout,
            mask=mask,
        )

    def limits(self) -> tuple[Limit, ...]:
        """Returns which normalizations padding spoils in int8."""
        return layer_limits(self.signature.input, _NORMALIZATIONS)

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns curated networks for this kind of input, best first."""
        return tcn_guesses(self.plan, self.signature)
