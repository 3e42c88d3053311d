"""Transformers of images, spectrograms, series and text, small enough for a phone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import keras
from keras import ops

from search_spaces.blocks.choosing import asked_blocks, block_limits
from search_spaces.errors import UserInputError
from search_spaces.layers.dropping import add_noise, drop
from search_spaces.layers.ends import Start, finish, start
from search_spaces.layers.heads import collapse
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import shrink_mask
from search_spaces.layers.sequence import to_sequence
from search_spaces.layers.tokenizers import (
    convolutions,
    flatten_positions,
    patches,
    strided,
)
from search_spaces.limits import Limit
from search_spaces.regularization import Regularization, choose_regularization
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.spaces.options import middle
from search_spaces.spaces.transformer_guesses import transformer_guesses
from search_spaces.spaces.transformer_plan import FEWEST, MOST, TransformerPlan
from search_spaces.spaces.transformer_stack import (
    Stack,
    apply_stack,
    attention_refuses,
    choose_stack,
)
from search_spaces.training.recipe import Recipe, choose_recipe

TOKENIZERS = ("patch", "convolution", "frames", "embedding")


@dataclass(frozen=True)
class Tokenizer:
    """How an input becomes a sequence of vectors.

    Attributes:
        kind: One of `TOKENIZERS`: patches of an image, a spectrogram or a series;
            convolutions; whole frames of a spectrogram; vectors of a text's tokens.
        factor: Side of a patch, number of halvings of a convolution over two
            axes, else strides.
        kernel: Length of convolution kernels.
        embedding: Width of a text token's vector.
        dropout: Share of these vectors' values dropped.
        token_dropout: Share of tokens dropped.
        bag: Whether the answer reads the mean of these vectors, too.
    """

    kind: str = "patch"
    factor: int = 1
    kernel: int = 3
    embedding: int = 0
    dropout: float = 0.0
    token_dropout: float = 0.0
    bag: bool = False

    def __post_init__(self) -> None:
        if self.kind not in TOKENIZERS:
            raise ValueError(f"`kind` is one of {TOKENIZERS}. Received: kind={self.kind!r}")
        if min(self.factor, self.embedding, self.dropout, self.token_dropout) < 0:
            raise ValueError(f"No size and no share is below 0. Received: {self}")


@dataclass(frozen=True)
class TransformerArchitecture:
    """A transformer and how to train it.

    Attributes:
        tokenizer: How the input becomes tokens.
        stack: The encoders over them.
        regularization: Penalties, bounds and noise.
        recipe: How the model is trained.
    """

    tokenizer: Tokenizer = field(default_factory=Tokenizer)
    stack: Stack = field(default_factory=Stack)
    regularization: Regularization = field(default_factory=Regularization)
    recipe: Recipe = field(default_factory=Recipe)


class TransformerSpace(SearchSpace):
    """Tokens, encoders, a pooled or class-token head."""

    name = "transformer"
    plan_class = TransformerPlan
    summary = "encoders of self-attention over patches, steps or words"

    @classmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns why `signature` is nothing to attend to, or None."""
        least = 8 if signature.input.rank == 2 else FEWEST
        reason = attention_refuses(signature, least)
        if reason is None and not TransformerPlan.of(signature).tokenizers(signature.input):
            rank = signature.input.rank
            reason = (
                f"its shape {signature.input.shape} cannot be cut into {FEWEST} to {MOST[rank]}"
                " patches as long as wide"
            )
        return reason

    def decide(self, hp: Any) -> TransformerArchitecture:
        """Declares the space and returns the transformer its values stand for."""
        plan = self.plan
        return TransformerArchitecture(
            tokenizer=self._decide_tokenizer(hp),
            stack=choose_stack(
                hp,
                plan.fewest_steps(self.signature.input),
                blocks=self._encoders(),
                depths=plan.depths,
                widths=plan.widths,
                activations=plan.activations,
            ),
            regularization=choose_regularization(
                hp, branches=True, noise=self.signature.input.kind != "tokens"
            ),
            recipe=choose_recipe(hp, self.signature),
        )

    def _decide_tokenizer(self, hp: Any) -> Tokenizer:
        plan = self.plan
        options = plan.tokenizers(self.signature.input)
        if not options:
            raise UserInputError(
                "The plan of 'transformer' leaves this input no tokens. Give `patches`, `halvings`"
                " or `strides` an option."
            )
        if self.signature.input.kind == "tokens":
            return self._decide_embedding(hp)
        kind = hp.Choice("tokens", list(options))
        factors = {}
        kernel = 3
        for name, choices in options.items():
            with hp.conditional_scope("tokens", [name]), hp.name_scope(name):
                label = {"patch": "size", "convolution": "halvings"}.get(name, "strides")
                if name == "convolution" and self.signature.input.rank == 1:
                    label = "strides"
                factors[name] = int(hp.Choice(label, list(choices), default=middle(choices)))
                if name == "convolution":
                    read = choices if label == "halvings" else plan.kernel_strides()
                    with hp.conditional_scope(label, read):
                        kernel = int(hp.Choice("kernel", list(plan.kernels)))
        return Tokenizer(
            kind=kind, factor=factors[kind], kernel=kernel if kind == "convolution" else 3
        )

    def _decide_embedding(self, hp: Any) -> Tokenizer:
        with hp.name_scope("words"):
            return Tokenizer(
                kind="embedding",
                factor=self.plan.strides[0],
                embedding=int(hp.Choice("embedding", list(self.plan.embeddings), default=32)),
                dropout=float(hp.Choice("embedding_dropout", [0.0, 0.2, 0.5])),
                token_dropout=float(hp.Choice("token_dropout", [0.0, 0.1, 0.2])),
                bag=hp.Choice("bag", ["no", "yes"]) == "yes",
            )

    def _encoders(self) -> list[str]:
        return asked_blocks("encoder", self.plan.encoders, self._asked, rank=1)

    def assemble(self, architecture: TransformerArchitecture) -> Any:
        """Returns the uncompiled model of raw inputs."""
        rules, stack = architecture.regularization, architecture.stack
        begin = start(self.signature.input)
        tensor, mask, bag = self._tokens(architecture, begin)
        tensor = apply_stack(stack, tensor, mask, rules.branch_dropout)
        if bag is not None:
            tensor = ops.concatenate([tensor, bag], axis=-1)
        tensor = drop(tensor, rules.dropout, "d", stack.activation)
        outputs = finish(tensor, self.signature.target)
        return keras.Model(begin.inputs, outputs, name=self.name)

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns curated transformers for this input, best first."""
        return transformer_guesses(self.plan, self.signature)

    def limits(self) -> tuple[Limit, ...]:
        """Returns what blocks say that they cannot ship."""
        return block_limits("encoder", self._encoders())

    def _tokens(self, architecture: TransformerArchitecture, begin: Start) -> tuple[Any, Any, Any]:
        """Returns tokens (batch, steps, channels), their mask, and the bag of them, if any."""
        tokenizer, width = architecture.tokenizer, architecture.stack.width
        active, noise = architecture.stack.activation, architecture.regularization.noise
        if tokenizer.kind == "embedding":
            return self._words(tokenizer, begin, width, noise)
        tensor = keep(add_noise(begin.tensor, noise, "g"), begin.mask)
        if tokenizer.kind == "patch":
            mask = shrink_mask(begin.mask, tokenizer.factor)
            tensor = patches(tensor, tokenizer.factor, width, "p", mask)
            return flatten_positions(tensor, "q"), mask, None
        if tokenizer.kind == "convolution" and self.signature.input.rank == 2:
            tensor = convolutions(tensor, tokenizer.factor, width, "p", active, tokenizer.kernel)
            return flatten_positions(tensor, "q"), None, None
        tensor = to_sequence(Start(begin.inputs, tensor, begin.mask), self.signature.input)
        if tokenizer.kind == "frames":
            return patches(tensor, tokenizer.factor, width, "p"), None, None
        tensor = strided(tensor, tokenizer.factor, width, "p", active, tokenizer.kernel)
        return tensor, shrink_mask(begin.mask, tokenizer.factor), None

    def _words(
        self, tokenizer: Tokenizer, begin: Start, width: int, noise: float
    ) -> tuple[Any, Any, Any]:
        tensor = to_sequence(begin, self.signature.input, tokenizer.embedding)
        tensor = keep(add_noise(tensor, noise, "g"), begin.mask)
        tensor = drop(tensor, tokenizer.dropout, "ed")
        if tokenizer.token_dropout:
            shape = (None, *tensor.shape[1:2], 1)
            tensor = keras.layers.Dropout(tokenizer.token_dropout, noise_shape=shape, name="et")(
                tensor
            )
        bag = collapse("average", tensor, "eb", begin.mask) if tokenizer.bag else None
        mask = shrink_mask(begin.mask, tokenizer.factor)
        if tokenizer.factor > 1:
            tensor = patches(tensor, tokenizer.factor, width, "p", mask)
        return tensor, mask, bag
