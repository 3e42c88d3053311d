"""Recurrent networks over series, text and spectrograms."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import keras

import search_spaces
from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.choosing import choose_block
from search_spaces.blocks.recurrent import NO_INT8, RecurrentChoices
from search_spaces.layers.activations import ACTIVATIONS
from search_spaces.layers.dropping import add_noise, drop
from search_spaces.layers.ends import Start, finish, start
from search_spaces.layers.masking import keep
from search_spaces.layers.sequence import to_sequence
from search_spaces.layers.sequence_heads import summarize
from search_spaces.limits import Limit
from search_spaces.regularization import Regularization, choose_regularization
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.spaces.options import middle
from search_spaces.spaces.rnn_front import Front, shorten, shorten_image
from search_spaces.spaces.rnn_guesses import rnn_guesses
from search_spaces.spaces.rnn_plan import RnnPlan
from search_spaces.spaces.sequence_questions import sequence_refuses
from search_spaces.training.recipe import Recipe, choose_recipe

SHORTCUTS = ("none", "average", "max")
RATES = (0.0, 0.1, 0.2, 0.3, 0.5)


@dataclass(frozen=True)
class RnnArchitecture:
    """A recurrent network and how to train it.

    Attributes:
        embedding: Width of a token's vector; 0 for other inputs.
        front: What shortens the sequence and convolves it.
        block: The recurrent block's registered name or import path.
        choices: What the block's `choose` returned.
        layers: Number of such blocks.
        width: Channels of each, both directions together.
        normalization: Normalization after each.
        head: How the steps become one vector.
        shortcut: How the front end's steps join that vector past the recurrent
            layers, one of `SHORTCUTS`: ``"average"`` of embeddings is a bag of words.
        input_dropout: Share of the values before the first layer that is dropped.
        layer_dropout: Share of channels dropped between recurrent layers.
        regularization: Penalties, bounds and noise.
        recipe: How the model is trained.
    """

    embedding: int = 0
    front: Front = field(default_factory=Front)
    block: str = "recurrent"
    choices: Any = field(default_factory=RecurrentChoices)
    layers: int = 1
    width: int = 32
    normalization: str = "none"
    head: str = "average"
    shortcut: str = "none"
    input_dropout: float = 0.0
    layer_dropout: float = 0.0
    regularization: Regularization = field(default_factory=Regularization)
    recipe: Recipe = field(default_factory=Recipe)

    def __post_init__(self) -> None:
        if self.layers < 1 or self.width < 1:
            raise ValueError(
                "A recurrent network has at least one layer, at least 1 wide. Received:"
                f" layers={self.layers}, width={self.width}"
            )
        if self.shortcut not in SHORTCUTS:
            raise ValueError(f"A shortcut is one of {SHORTCUTS}. Received: {self.shortcut!r}")


class RnnSpace(SearchSpace):
    """A front end that may shorten, recurrent layers, a vector of their steps, an answer."""

    name = "rnn"
    plan_class = RnnPlan
    summary = "recurrent networks for series, text and spectrograms, with convolutions before them"

    @classmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns why `signature` asks for no labels or numbers of a sequence, or None."""
        return sequence_refuses(signature)

    def decide(self, hp: Any) -> RnnArchitecture:
        """Declares the space and returns the network its values stand for."""
        plan = self.plan
        embedding = 0
        if self.signature.input.kind == "tokens":
            embedding = int(
                hp.Choice("embedding", list(plan.embeddings), default=middle(plan.embeddings))
            )
        front = self._decide_front(hp)
        count = int(hp.Choice("layers", list(range(1, plan.max_layers + 1))))
        width = int(hp.Choice("width", list(plan.widths), default=middle(plan.widths)))
        steps = (-(-plan.steps // front.shorten),)
        kind, choices = choose_block(hp, "block", plan.blocks, steps)
        with hp.conditional_scope("layers", list(range(2, plan.max_layers + 1))):
            between = float(hp.Choice("layer_dropout", list(RATES)))
        return RnnArchitecture(
            embedding=embedding,
            front=front,
            block=kind,
            choices=choices,
            layers=count,
            width=width,
            normalization=str(hp.Choice("normalization", ["none", "layer", "batch", "rms"])),
            head=str(hp.Choice("head", list(plan.heads))),
            shortcut=str(hp.Choice("shortcut", list(SHORTCUTS))),
            input_dropout=float(hp.Choice("input_dropout", list(RATES))),
            layer_dropout=between if count > 1 else 0.0,
            regularization=choose_regularization(hp, noise=self.signature.input.kind != "tokens"),
            recipe=choose_recipe(hp, self.signature),
        )

    def _decide_front(self, hp: Any) -> Front:
        plan = self.plan
        kind = str(hp.Choice("front", list(plan.fronts)))
        factor = int(hp.Choice("shorten", list(plan.shortenings)))
        convolving = [front for front in plan.fronts if front != "none"]
        with hp.conditional_scope("front", convolving), hp.name_scope("convolution"):
            block, choices = choose_block(hp, "block", plan.front_blocks, (plan.steps,))
            front = Front(
                kind="conv",
                block=block,
                choices=choices,
                width=int(hp.Choice("width", list(plan.front_widths), middle(plan.front_widths))),
                activation=str(hp.Choice("activation", list(ACTIVATIONS))),
                normalization=str(hp.Choice("normalization", ["batch", "layer", "none"])),
            )
        pooling = {}
        for name, options in (
            ("conv", ["max", "average", "stride"]),
            ("image", ["max", "average"]),
        ):
            with hp.conditional_scope("front", [name]), hp.name_scope(name):
                pooling[name] = str(hp.Choice("pooling", options))
        if kind == "none":
            return Front(shorten=factor)
        return replace(front, kind=kind, shorten=factor, pooling=pooling[kind])

    def idle(self, architecture: RnnArchitecture) -> tuple[str, ...]:
        """Returns how a front end halves that halves nothing."""
        front = architecture.front
        return ("conv/pooling",) if front.kind == "conv" and not front.halvings else ()

    def assemble(self, architecture: RnnArchitecture) -> Any:
        """Returns the uncompiled model of raw sequences (batch, *input.shape)."""
        rules = architecture.regularization
        begin = start(self.signature.input)
        tensor, mask = self._front(architecture, begin)
        entering = tensor
        block = search_spaces.BLOCKS.get(architecture.block)()
        for number in range(1, architecture.layers + 1):
            around = Surroundings(
                filters=architecture.width,
                normalization=architecture.normalization,
                name=f"l{number}",
                # The first layer may read a single channel, and then nothing at all.
                dropout=architecture.layer_dropout if number > 1 else 0.0,
                mask=mask,
            )
            tensor = block.apply(architecture.choices, tensor, around)
        backwards = bool(getattr(architecture.choices, "bidirectional", False))
        tensor = summarize(architecture.head, tensor, "h", mask, both_ends=backwards)
        if architecture.shortcut != "none":
            past = summarize(architecture.shortcut, entering, "k", mask)
            tensor = keras.layers.Concatenate(name="j")([tensor, past])
        tensor = drop(tensor, rules.dropout, "d")
        return keras.Model(begin.inputs, finish(tensor, self.signature.target), name=self.name)

    def _front(self, architecture: RnnArchitecture, begin: Start) -> tuple[Any, Any]:
        """Returns what the first recurrent layer reads, and the mask of its steps."""
        spec, rules = self.signature.input, architecture.regularization
        if architecture.front.kind == "image":
            tensor = add_noise(begin.tensor, rules.noise, "g")
            return shorten_image(
                architecture.front, drop(tensor, architecture.input_dropout, "i")
            ), None
        tensor = add_noise(to_sequence(begin, spec, architecture.embedding), rules.noise, "g")
        if rules.noise:
            tensor = keep(tensor, begin.mask)
        tensor = drop(tensor, architecture.input_dropout, "i")
        return shorten(architecture.front, tensor, begin.mask)

    def limits(self) -> tuple[Limit, ...]:
        """Returns that int8 holds no loops, and which lengths are too long to unroll."""
        plan = self.plan
        found = [Limit("int8", NO_INT8)]
        for factor in plan.shortenings:
            if plan.unrolled(factor) > plan.tfjs_steps:
                reason = (
                    f"TF.js has no loops: up to {plan.unrolled(factor)} unrolled steps (of all"
                    f" layers, in both directions) are more than {plan.tfjs_steps}; each of a GRU"
                    " takes 21 operators and 1.3 kB of model.json"
                )
                found.append(Limit("tfjs", reason, "shorten", (factor,)))
        return tuple(found)

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns curated networks for this kind of input, best first."""
        return rnn_guesses(self.plan, self.signature)
