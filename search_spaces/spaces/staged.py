"""Convolutional networks of a stem, stages and a head: what `cnn`, `mobile` and `micro` share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import keras

import search_spaces
from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.choosing import asked_blocks, block_limits
from search_spaces.layers.convolution import pointwise
from search_spaces.layers.dropping import add_noise, drop, drop_channels
from search_spaces.layers.ends import finish, start
from search_spaces.layers.heads import collapse
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import shrink_mask
from search_spaces.layers.sequence import to_sequence
from search_spaces.layers.stems import stem, stem_factor
from search_spaces.limits import Limit
from search_spaces.regularization import Regularization, choose_regularization
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.spaces.options import middle
from search_spaces.spaces.stage import apply_stage, choose_stage, idle_choices
from search_spaces.spaces.staged_architecture import StagedArchitecture, Stem
from search_spaces.spaces.staged_guesses import fitted
from search_spaces.spaces.staged_limits import layer_limits
from search_spaces.training.recipe import choose_recipe

#: Stems that shrink their input as much as the first stage would besides.
_AT_ONCE = ("strided", "patchify")


class StagedSpace(SearchSpace):
    """A stem, stages of blocks that each halve the positions, and a head.

    A subclass says what it is for: `kinds`, a `plan_class` that returns a
    `search_spaces.spaces.staged_plan.StagedPlan`, and `known_good`.
    """

    #: Input kinds taken -> fewest positions on each axis.
    kinds: ClassVar[dict[str, int]] = {}

    @classmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns why no network of this kind answers `signature`, or None."""
        spec = signature.input
        if spec.kind not in cls.kinds:
            known = ", ".join(cls.kinds)
            return f"it takes inputs of kind {known}, and the input is of kind {spec.kind!r}"
        if signature.target.kind == "reconstruction":
            return "it answers with classes, labels or numbers, and this asks for the input itself"
        least = cls.kinds[spec.kind]
        if min(spec.size) < least:
            needed = "x".join([str(least)] * spec.rank)
            return f"{_PLURALS[spec.kind]} must be at least {needed}, and these are {spec.shape}"
        return None

    def decide(self, hp: Any) -> StagedArchitecture:
        """Declares the space and returns the network its values stand for."""
        plan = self.plan
        count = hp.Choice("stages", list(range(1, plan.max_stages + 1)))
        embedding = 0
        if self.signature.input.kind == "tokens":
            embedding = int(hp.Choice("embedding", list(plan.embeddings)))
        first = self._decide_stem(hp)
        stages = []
        for number in range(1, plan.max_stages + 1):
            with hp.conditional_scope("stages", list(range(number, plan.max_stages + 1))):
                stages.append(
                    choose_stage(
                        hp,
                        number,
                        blocks=self._block_names(),
                        size=plan.stage_size(number),
                        depths=plan.depths,
                        widths=plan.stage_widths(number),
                        width=middle(plan.stage_widths(number)),
                    )
                )
        # What the stem shrinks, the first stage need not.
        at_once = first.kind in _AT_ONCE
        stages[0] = replace(stages[0], halves=plan.halving == 2 and not at_once)
        head = hp.Choice("head", list(plan.heads))
        with hp.conditional_scope("head", ["dense"]):
            hidden = int(hp.Choice("hidden", list(plan.hidden), default=middle(plan.hidden)))
        return StagedArchitecture(
            embedding=embedding,
            stem=first,
            stages=tuple(stages[:count]),
            pooling=self._decide_pooling(hp),
            activation=hp.Choice("activation", list(plan.activations)),
            normalization=hp.Choice("normalization", list(plan.normalizations)),
            top=int(hp.Choice("top", list(plan.tops))) if max(plan.tops) else 0,
            head=head,
            hidden=hidden if head == "dense" else 0,
            regularization=self._decide_regularization(hp),
            recipe=choose_recipe(hp, self.signature),
        )

    def idle(self, architecture: StagedArchitecture) -> Iterator[str]:
        """Yields what no stage of an architecture needs."""
        stages = architecture.stages
        yield from idle_choices(stages)
        if not any(stage.halves for stage in stages):
            yield "pooling"
        if not any(search_spaces.BLOCKS.get(stage.block).branches for stage in stages):
            yield "branch_dropout"

    def _decide_pooling(self, hp: Any) -> str:
        """Declares how stages halve, where surely no stage halves under a condition."""
        plan = self.plan
        poolings = list(plan.poolings)
        if plan.halving == 1:  # Only later stages halve.
            with hp.conditional_scope("stages", list(range(2, plan.max_stages + 1))):
                return str(hp.Choice("pooling", poolings))
        if plan.max_stages == 1:  # Only the first could, unless the stem has.
            leaving = [name for name in plan.stems if name not in _AT_ONCE]
            with hp.conditional_scope("stem/kind", leaving):
                return str(hp.Choice("pooling", poolings))
        return str(hp.Choice("pooling", poolings))

    def _decide_regularization(self, hp: Any) -> Regularization:
        names, spec = self._block_names(), self.signature.input
        left = {
            name
            for number in range(1, self.plan.max_stages + 1)
            for name in self.choices.get(f"stage_{number}/block", names)
        }
        return choose_regularization(
            hp,
            channels=True,
            branches=any(search_spaces.BLOCKS.get(name).branches for name in left),
            noise=spec.kind != "tokens",
            # Excitation and the hidden layer of a head are not in every network.
            matrices=self.signature.target.units > 1,
        )

    def _decide_stem(self, hp: Any) -> Stem:
        plan = self.plan
        with hp.name_scope("stem"):
            kind = hp.Choice("kind", list(plan.stems))
            convolving = [name for name in plan.stems if name != "none"]
            with hp.conditional_scope("kind", convolving):
                width = hp.Choice("width", list(plan.stem_widths), default=plan.stem_widths[:2][-1])
            sliding = [name for name in convolving if name != "patchify"]
            with hp.conditional_scope("kind", sliding):
                kernel = hp.Choice("kernel", list(plan.stem_kernels))
        factor = stem_factor(kind, plan.stem_strides, plan.halving)
        if kind == "none":
            return Stem(kind, width=1, kernel=1)
        # Windows of different lengths at any strides, overlapping as at strides of 2.
        return Stem(kind, width, kernel + max(factor - 2, 0) if kind in sliding else factor, factor)

    def _block_names(self) -> list[str]:
        """Returns the plan's blocks, and those the user named that it has not."""
        return asked_blocks("block", self.plan.blocks, self._asked, self.signature.input.rank)

    def assemble(self, architecture: StagedArchitecture) -> Any:
        """Returns the uncompiled model of (batch, *input.shape) raw values."""
        spec = self.signature.input
        rules = architecture.regularization
        begin = start(spec)
        tensor, mask = begin.tensor, begin.mask
        if spec.kind == "tokens":
            tensor = to_sequence(begin, spec, architecture.embedding)
        if rules.noise:
            tensor = keep(add_noise(tensor, rules.noise, "g"), mask)
        tensor, mask = self._stem(architecture, tensor, mask)
        for number, stage in enumerate(architecture.stages, start=1):
            last = number == len(architecture.stages) and not architecture.top
            around = replace(
                _around(architecture, stage.width, f"s{number}"),
                mask=mask,
                activation=_activation(architecture, last=last),
            )
            rates = _branch_dropouts(architecture, number)
            tensor, mask = apply_stage(stage, tensor, around, architecture.pooling, rates)
            tensor = drop_channels(tensor, rules.channel_dropout, f"s{number}d")
        if architecture.top:
            around = replace(
                _around(architecture, architecture.top, "t"),
                activation=_activation(architecture, last=True),
            )
            tensor = pointwise(
                tensor, around.filters, around.use_bias, "tc", kernel_initializer=around.initializer
            )
            tensor = around.finish(tensor)
        tensor = collapse(
            architecture.head,
            tensor,
            "h",
            mask,
            units=architecture.hidden or 1,
            activate=architecture.activation,
        )
        tensor = drop(tensor, rules.dropout, "d", architecture.activation)
        outputs = finish(tensor, self.signature.target)
        return keras.Model(begin.inputs, outputs, name=type(self).name)

    def limits(self) -> tuple[Limit, ...]:
        """Returns what blocks and layers cannot ship, as they and measurements say."""
        known = layer_limits(self.signature.input, self.plan.normalizations)
        return known + block_limits("block", self._block_names())

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns the curated networks, best first, cut to what the input has room for."""
        return tuple(fitted(each, self.plan) for each in self.known_good())

    def known_good(self) -> tuple[dict[str, Any], ...]:
        """Returns curated networks for this kind and size of input, best first."""
        return ()

    def _stem(self, architecture: StagedArchitecture, tensor: Any, mask: Any) -> tuple[Any, Any]:
        first = architecture.stem
        if first.kind == "none":
            return tensor, mask
        around = _around(architecture, first.width, "s0")
        tensor = stem(
            first.kind,
            tensor,
            around.filters,
            first.kernel,
            first.factor,
            "s0c",
            use_bias=around.use_bias,
            kernel_initializer=around.initializer,
        )
        return around.finish(tensor), shrink_mask(mask, first.factor)


def _around(architecture: StagedArchitecture, filters: int, name: str) -> Surroundings:
    return Surroundings(
        filters=filters,
        activation=architecture.activation,
        normalization=architecture.normalization,
        name=name,
    )


def _activation(architecture: StagedArchitecture, *, last: bool) -> str:
    """Returns the activation of a stage.

    A maximum over positions lets positive values through alone, so that a slope for
    negative ones would never be learned right before it.
    """
    if last and architecture.head == "max" and architecture.activation == "prelu":
        return "leaky_relu"
    return architecture.activation


def _branch_dropouts(architecture: StagedArchitecture, number: int) -> list[float]:
    """Returns the share of branches dropped in each block of a stage.

    It rises with depth to the rate chosen.
    """
    depths = [stage.depth for stage in architecture.stages]
    before, rate = sum(depths[: number - 1]), architecture.regularization.branch_dropout
    return [
        round(rate * (before + index) / sum(depths), 3)
        for index in range(1, depths[number - 1] + 1)
    ]


_PLURALS = {
    "image": "images",
    "spectrogram": "spectrograms",
    "series": "series",
    "tokens": "texts",
}
