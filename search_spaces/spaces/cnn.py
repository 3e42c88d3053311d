"""Convolutional classifiers of images, from a few kilobytes up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import keras

import search_spaces
from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.plain import PlainChoices
from search_spaces.layers.activations import ACTIVATIONS
from search_spaces.layers.dropping import add_noise, drop
from search_spaces.layers.ends import finish, start
from search_spaces.layers.heads import HEADS, collapse
from search_spaces.layers.pooling import POOLINGS, pool
from search_spaces.regularization import Regularization, choose_regularization
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.spaces.cnn_guesses import cnn_guesses
from search_spaces.spaces.cnn_plan import CnnPlan
from search_spaces.training.recipe import Recipe, choose_recipe


@dataclass(frozen=True)
class Stage:
    """Blocks of one kind at one resolution.

    Attributes:
        block: The block's registered name or import path.
        choices: What the block's `choose` returned.
        depth: Number of such blocks.
        width: Channels each puts out.
    """

    block: str = "plain"
    choices: Any = field(default_factory=PlainChoices)
    depth: int = 1
    width: int = 24

    def __post_init__(self) -> None:
        if self.depth < 1 or self.width < 1:
            raise ValueError(
                f"A stage has depth and width of at least 1. Received: depth={self.depth},"
                f" width={self.width}"
            )


@dataclass(frozen=True)
class CnnArchitecture:
    """A convolutional network and how to train it.

    Attributes:
        stem: Channels of the first convolution.
        stem_kernel: Its kernel's side, in pixels.
        stem_strides: Its strides, in pixels.
        stages: What follows; each stage halves height and width first.
        pooling: How a stage halves them.
        activation: Activation of every block.
        normalization: Normalization of every block.
        head: How the last feature map becomes a vector.
        regularization: Penalties, bounds and noise.
        recipe: How the model is trained.
    """

    stem: int = 16
    stem_kernel: int = 3
    stem_strides: int = 1
    stages: tuple[Stage, ...] = field(default_factory=lambda: (Stage(),))
    pooling: str = "max"
    activation: str = "relu"
    normalization: str = "batch"
    head: str = "average"
    regularization: Regularization = field(default_factory=Regularization)
    recipe: Recipe = field(default_factory=Recipe)

    def __post_init__(self) -> None:
        if self.stem < 1 or not self.stages:
            raise ValueError(
                "A network has a stem at least 1 wide and at least one stage. Received:"
                f" stem={self.stem}, stages={self.stages}"
            )


class CnnSpace(SearchSpace):
    """A convolution, stages of blocks that halve the image, and a linear classifier."""

    name = "cnn"
    plan_class = CnnPlan
    summary = "convolutional image classifiers: stages of plain, separable, residual blocks"

    @classmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns why `signature` is no image classification, or None."""
        if signature.input.kind != "image":
            return f"it takes images, and the input is of kind {signature.input.kind!r}"
        if signature.target.kind != "classification":
            return f"it classifies, and the target is of kind {signature.target.kind!r}"
        if min(signature.input.shape[:2]) < 4:
            return f"images must be at least 4x4, and these are {signature.input.shape}"
        return None

    def decide(self, hp: Any) -> CnnArchitecture:
        """Declares the space and returns the network its values stand for."""
        plan = self.plan
        count = hp.Choice("stages", list(range(1, plan.max_stages + 1)))
        with hp.name_scope("stem"):
            stem = hp.Choice("width", list(plan.stem_widths), default=plan.stem_widths[1])
            stem_kernel = hp.Choice("kernel", [3, 5])
        stages = []
        for number in range(1, plan.max_stages + 1):
            with hp.conditional_scope("stages", list(range(number, plan.max_stages + 1))):
                stages.append(self._decide_stage(hp, plan, number))
        return CnnArchitecture(
            stem=stem,
            stem_kernel=stem_kernel,
            stem_strides=plan.stem_strides,
            stages=tuple(stages[:count]),
            pooling=hp.Choice("pooling", list(POOLINGS)),
            activation=hp.Choice("activation", list(ACTIVATIONS)),
            normalization=hp.Choice("normalization", ["batch", "none"]),
            head=hp.Choice("head", list(HEADS)),
            regularization=choose_regularization(hp, channels=True),
            recipe=choose_recipe(hp, self.signature),
        )

    def _decide_stage(self, hp: Any, plan: CnnPlan, number: int) -> Stage:
        size = plan.stage_size(number)
        widths = plan.stage_widths(number)
        with hp.name_scope(f"stage_{number}"):
            kind = hp.Choice("block", self._block_names(), default="plain")
            depth = hp.Choice("depth", list(plan.depths))
            width = hp.Choice("width", list(widths), default=widths[len(widths) // 2])
            taken: Any = None
            for name in self._block_names():
                with hp.conditional_scope("block", [name]), hp.name_scope(name):
                    choices = search_spaces.BLOCKS.get(name)().choose(hp, size)
                taken = choices if name == kind else taken
        return Stage(block=kind, choices=taken, depth=depth, width=width)

    def _block_names(self) -> list[str]:
        """Returns every registered block, and those the user gave by import path."""
        asked: list[str] = []
        for key, names in self._asked.items():
            if key.rsplit("/", 1)[-1] == "block":
                asked += [names] if isinstance(names, str) else names
        paths = [name for name in asked if ":" in name]
        return list(dict.fromkeys([*search_spaces.BLOCKS.names(), *paths]))

    def assemble(self, architecture: CnnArchitecture) -> Any:
        """Returns the uncompiled model of (batch, height, width, channels) images."""
        rules = architecture.regularization
        begin = start(self.signature.input)
        tensor = add_noise(begin.tensor, rules.noise, "g")
        tensor = self._stem(architecture, tensor)
        for number, stage in enumerate(architecture.stages, start=1):
            tensor = self._stage(architecture, stage, number, tensor)
        tensor = collapse(architecture.head, tensor, "h")
        tensor = drop(tensor, rules.dropout, "d", architecture.activation)
        outputs = finish(tensor, self.signature.target)
        return keras.Model(begin.inputs, outputs, name=self.name)

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns curated networks for this image size, best first."""
        return cnn_guesses(self.plan)

    def _stem(self, architecture: CnnArchitecture, tensor: Any) -> Any:
        around = self._surroundings(architecture, architecture.stem, "s0")
        tensor = keras.layers.Conv2D(
            around.filters,
            architecture.stem_kernel,
            strides=architecture.stem_strides,
            padding="same",
            use_bias=around.use_bias,
            name="s0c",
        )(tensor)
        return around.finish(tensor)

    def _stage(self, architecture: CnnArchitecture, stage: Stage, number: int, tensor: Any) -> Any:
        block = search_spaces.BLOCKS.get(stage.block)()
        tensor, strides = pool(architecture.pooling, tensor, f"s{number}p")
        for index in range(1, stage.depth + 1):
            around = self._surroundings(
                architecture, stage.width, f"s{number}b{index}", strides if index == 1 else 1
            )
            tensor = block.apply(stage.choices, tensor, around)
        return tensor

    def _surroundings(
        self, architecture: CnnArchitecture, filters: int, name: str, strides: int = 1
    ) -> Surroundings:
        return Surroundings(
            filters=filters,
            strides=strides,
            activation=architecture.activation,
            normalization=architecture.normalization,
            name=name,
        )
