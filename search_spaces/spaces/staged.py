"""Convolutional networks of a stem, stages and a head: what `cnn`, `mobile` and `micro` share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import keras

import search_spaces
from search_spaces.blocks.base import Surroundings
from search_spaces.errors import UserInputError
from search_spaces.layers.convolution import pointwise
from search_spaces.layers.dropping import add_noise, drop, drop_channels
from search_spaces.layers.ends import finish, start
from search_spaces.layers.heads import collapse
from search_spaces.layers.pooling import pool, shrink_mask
from search_spaces.layers.sequence import to_sequence
from search_spaces.layers.stems import stem, stem_factor
from search_spaces.limits import Limit
from search_spaces.regularization import choose_regularization
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.spaces.staged_architecture import Stage, StagedArchitecture, Stem
from search_spaces.spaces.staged_guesses import fitted
from search_spaces.spaces.staged_limits import layer_limits
from search_spaces.training.recipe import choose_recipe


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
                stages.append(self._decide_stage(hp, number))
        # What the stem shrinks, the first stage need not.
        at_once = first.kind in ("strided", "patchify")
        stages[0] = replace(stages[0], halves=plan.halving == 2 and not at_once)
        head = hp.Choice("head", list(plan.heads))
        with hp.conditional_scope("head", ["dense"]):
            hidden = int(hp.Choice("hidden", list(plan.hidden), default=_middle(plan.hidden)))
        return StagedArchitecture(
            embedding=embedding,
            stem=first,
            stages=tuple(stages[:count]),
            pooling=hp.Choice("pooling", list(plan.poolings)),
            activation=hp.Choice("activation", list(plan.activations)),
            normalization=hp.Choice("normalization", list(plan.normalizations)),
            top=int(hp.Choice("top", list(plan.tops))) if max(plan.tops) else 0,
            head=head,
            hidden=hidden if head == "dense" else 0,
            regularization=choose_regularization(hp, channels=True, branches=True),
            recipe=choose_recipe(hp, self.signature),
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
        return Stem(kind, width, kernel if kind in sliding else factor, factor)

    def _decide_stage(self, hp: Any, number: int) -> Stage:
        size = self.plan.stage_size(number)
        widths = self.plan.stage_widths(number)
        names = self._block_names()
        with hp.name_scope(f"stage_{number}"):
            kind = hp.Choice("block", names)
            depth = hp.Choice("depth", list(self.plan.depths))
            width = hp.Choice("width", list(widths), default=_middle(widths))
            taken: Any = None
            for name in names:
                with hp.conditional_scope("block", [name]), hp.name_scope(name):
                    choices = search_spaces.BLOCKS.get(name)().choose(hp, size)
                taken = choices if name == kind else taken
        return Stage(block=kind, choices=taken, depth=depth, width=width)

    def _block_names(self) -> list[str]:
        """Returns the plan's blocks, and those the user named that it has not.

        Raises:
            UserInputError: If one of them does not take this input's rank.
        """
        asked: list[str] = []
        for key, names in self._asked.items():
            if key.rsplit("/", 1)[-1] == "block":
                asked += [names] if isinstance(names, str) else names
        paths = [name for name in asked if ":" in name]
        names = list(dict.fromkeys([*self.plan.blocks, *paths]))
        rank = self.signature.input.rank
        for name in names:
            ranks = search_spaces.BLOCKS.get(name).ranks
            if rank not in ranks:
                raise UserInputError(
                    f"The block {name!r} takes inputs with {' or '.join(map(str, ranks))} axes of"
                    f" positions, and this one has {rank}. Leave it out."
                )
        return names

    def assemble(self, architecture: StagedArchitecture) -> Any:
        """Returns the uncompiled model of (batch, *input.shape) raw values."""
        spec = self.signature.input
        rules = architecture.regularization
        begin = start(spec)
        tensor, mask = begin.tensor, begin.mask
        if spec.kind == "tokens":
            tensor = to_sequence(begin, spec, architecture.embedding)
        tensor = add_noise(tensor, rules.noise, "g")
        tensor, mask = self._stem(architecture, tensor, mask)
        for number, stage in enumerate(architecture.stages, start=1):
            tensor, mask = self._stage(architecture, stage, number, tensor, mask)
            tensor = drop_channels(tensor, rules.channel_dropout, f"s{number}d")
        if architecture.top:
            around = _around(architecture, architecture.top, "t")
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
        offered = self.plan.normalizations
        known = tuple(
            limit
            for limit in layer_limits(self.signature.input)
            if set(limit.options) & set(offered)
        )
        for name in self._block_names():
            for target, reason in search_spaces.BLOCKS.get(name).unsupported.items():
                known += (Limit(target, reason, name="block", options=(name,)),)
        return known

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

    def _stage(
        self, architecture: StagedArchitecture, stage: Stage, number: int, tensor: Any, mask: Any
    ) -> tuple[Any, Any]:
        block = search_spaces.BLOCKS.get(stage.block)()
        strides = 1
        if stage.halves:
            tensor, strides = pool(architecture.pooling, tensor, f"s{number}p", mask)
            if strides == 1:
                mask = shrink_mask(mask, 2)
        for index in range(1, stage.depth + 1):
            around = _around(architecture, stage.width, f"s{number}b{index}")
            around = replace(
                around,
                strides=strides,
                mask=mask,
                branch_dropout=_branch_rate(architecture, number, index),
            )
            tensor = block.apply(stage.choices, tensor, around)
            mask, strides = shrink_mask(mask, strides), 1
        return tensor, mask


def _around(architecture: StagedArchitecture, filters: int, name: str) -> Surroundings:
    return Surroundings(
        filters=filters,
        activation=architecture.activation,
        normalization=architecture.normalization,
        name=name,
    )


def _branch_rate(architecture: StagedArchitecture, number: int, index: int) -> float:
    """Returns the share of branches dropped in a block: it rises with depth to the rate chosen."""
    depths = [stage.depth for stage in architecture.stages]
    passed = sum(depths[: number - 1]) + index
    return round(architecture.regularization.branch_dropout * passed / sum(depths), 3)


def _middle(options: tuple[int, ...]) -> int:
    return options[len(options) // 2]


_PLURALS = {
    "image": "images",
    "spectrogram": "spectrograms",
    "series": "series",
    "tokens": "texts",
}
