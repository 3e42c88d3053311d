"""Autoencoders: what they cannot give back is unlike what they were trained on."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import keras
from keras import ops

import search_spaces
from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.choosing import choose_block
from search_spaces.blocks.dense import plain_dense
from search_spaces.blocks.plain import PlainChoices
from search_spaces.layers.convolution import convolve
from search_spaces.layers.dropping import add_noise, drop
from search_spaces.layers.ends import start, undo
from search_spaces.layers.masking import keep
from search_spaces.layers.pooling import shrink_mask
from search_spaces.layers.upsampling import grow
from search_spaces.regularization import Regularization, choose_regularization
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.spaces.autoencoder_guesses import autoencoder_guesses
from search_spaces.spaces.autoencoder_plan import MOST_VALUES, AutoencoderPlan, fair_stages
from search_spaces.spaces.dense import DenseLayers
from search_spaces.spaces.options import check_positions, choose_activation, divided, middle
from search_spaces.training.recipe import Recipe, choose_recipe


@dataclass(frozen=True)
class ConvolutionCoder:
    """An encoder of blocks that halve the positions; the decoder mirrors it.

    Attributes:
        widths: Channels of each stage, from the input on.
        block: The block's registered name or import path.
        choices: What the block's `choose` returned.
    """

    widths: tuple[int, ...] = (16, 32)
    block: str = "plain"
    choices: Any = field(default_factory=PlainChoices)

    def __post_init__(self) -> None:
        if not self.widths or min(self.widths) < 1:
            raise ValueError(
                "There is at least one stage, and each has at least 1 channel. Received:"
                f" widths={self.widths}"
            )


@dataclass(frozen=True)
class AutoencoderArchitecture:
    """An autoencoder and how to train it.

    Attributes:
        body: Encoder and decoder.
        code: Numbers that an example is pressed into.
        activation: Activation of every hidden layer but the code, which is linear.
        normalization: Normalization of every hidden layer but the code.
        regularization: Penalties, bounds and noise that the model learns to remove
            (Vincent et al., "Extracting and Composing Robust Features with
            Denoising Autoencoders", ICML 2008); dropout is on the code.
        recipe: How the model is trained.
    """

    body: DenseLayers | ConvolutionCoder = field(default_factory=DenseLayers)
    code: int = 8
    activation: str = "relu"
    normalization: str = "batch"
    regularization: Regularization = field(default_factory=Regularization)
    recipe: Recipe = field(default_factory=Recipe)

    def __post_init__(self) -> None:
        if self.code < 1:
            raise ValueError(f"A code has at least 1 number. Received: code={self.code}")


class AutoencoderSpace(SearchSpace):
    """An encoder to a few numbers (the layer ``"code"``) and a decoder back to raw values."""

    name = "autoencoder"
    plan_class = AutoencoderPlan
    summary = "autoencoders, dense or convolutional, for anomaly detection and denoising"

    @classmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns why `signature` is no reconstruction of numbers, or None."""
        spec = signature.input
        if signature.target.kind != "reconstruction":
            return f"it gives its input back, and the target is of kind {signature.target.kind!r}"
        if spec.kind == "tokens":
            return "it takes numbers, and the input is tokens"
        values = math.prod(spec.shape)
        if signature.target.units != values:
            return f"it gives back {values} values, and the target has {signature.target.units}"
        if values > MOST_VALUES and not fair_stages(spec):
            return f"no halvings of {spec.shape} lead to few positions that are still 2 apart"
        return None

    def decide(self, hp: Any) -> AutoencoderArchitecture:
        """Declares the space and returns the autoencoder its values stand for."""
        plan: AutoencoderPlan = self.plan
        check_positions(plan.layouts, "convolution", self.signature.input)
        layout = hp.Choice("layout", list(plan.layouts))
        deciders = {"dense": self._decide_dense, "convolution": self._decide_convolution}
        chosen = AutoencoderArchitecture()
        for name in plan.layouts:
            with hp.conditional_scope("layout", [name]), hp.name_scope(name):
                decided = deciders[name](hp)
            chosen = decided if name == layout else chosen
        return replace(
            chosen,
            code=int(hp.Choice("code", list(plan.codes), default=middle(plan.codes))),
            regularization=choose_regularization(hp),
            recipe=choose_recipe(hp, self.signature),
        )

    def _decide_dense(self, hp: Any) -> AutoencoderArchitecture:
        plan: AutoencoderPlan = self.plan
        counts = list(range(plan.max_layers + 1))
        layers = int(hp.Choice("layers", counts, default=min(1, plan.max_layers)))
        with hp.conditional_scope("layers", counts[1:]):
            width = int(hp.Choice("units", list(plan.widths), default=64))
            activation, normalization = choose_activation(hp, plan.activations, plan.normalizations)
        if not layers:
            return AutoencoderArchitecture(DenseLayers(()), normalization="none")
        return AutoencoderArchitecture(
            DenseLayers(tuple(max(4, width >> step) for step in range(layers))),
            activation=activation,
            normalization=normalization,
        )

    def _decide_convolution(self, hp: Any) -> AutoencoderArchitecture:
        plan: AutoencoderPlan = self.plan
        stages = int(hp.Choice("stages", list(plan.stages), default=plan.stages[-1]))
        width = int(hp.Choice("channels", list(plan.stage_widths), default=plan.stage_widths[0]))
        size = tuple(divided(length, 2) for length in self.signature.input.size)
        kind, taken = choose_block(hp, "block", plan.blocks, size)
        activation, normalization = choose_activation(hp, plan.activations, plan.normalizations)
        widths = tuple(min(plan.most_width, width << step) for step in range(stages))
        return AutoencoderArchitecture(
            ConvolutionCoder(widths, kind, taken),
            activation=activation,
            normalization=normalization,
        )

    def assemble(self, architecture: AutoencoderArchitecture) -> Any:
        """Returns the uncompiled model of (batch, *shape) raw values to the same."""
        spec = self.signature.input
        begin = start(spec)
        tensor, noise = begin.tensor, architecture.regularization.noise
        if noise:
            tensor = keep(add_noise(tensor, noise, "g"), begin.mask)
        if isinstance(architecture.body, DenseLayers):
            tensor = self._dense(architecture, architecture.body, tensor)
        else:
            tensor = self._convolution(architecture, architecture.body, tensor, begin.mask)
        if begin.mask is None:
            outputs = undo(tensor, spec)
        else:  # Padding is zero both rescaled and raw.
            outputs = ops.multiply(undo(ops.multiply(tensor, begin.mask), spec), begin.mask)
        return keras.Model(begin.inputs, outputs, name=type(self).name)

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns curated autoencoders for this input, best first."""
        return autoencoder_guesses(self.signature, self.plan)

    def _dense(self, architecture: AutoencoderArchitecture, body: DenseLayers, tensor: Any) -> Any:
        shape = self.signature.input.shape
        if len(shape) > 1:
            tensor = keras.layers.Flatten(name="f")(tensor)
        for number, width in enumerate(body.widths, start=1):
            tensor = plain_dense(tensor, _surroundings(architecture, width, f"e{number}"))
        tensor = _code(architecture, tensor)
        for number in range(len(body.widths), 0, -1):
            around = _surroundings(architecture, body.widths[number - 1], f"u{number}")
            tensor = plain_dense(tensor, around)
        tensor = keras.layers.Dense(math.prod(shape), name="y")(tensor)
        return keras.layers.Reshape(shape, name="q")(tensor) if len(shape) > 1 else tensor

    def _convolution(
        self, architecture: AutoencoderArchitecture, body: ConvolutionCoder, tensor: Any, mask: Any
    ) -> Any:
        block = search_spaces.BLOCKS.get(body.block)()
        sizes, masks = [], [mask]
        for number, width in enumerate(body.widths, start=1):
            sizes.append(tuple(tensor.shape[1:-1]))
            around = _surroundings(architecture, width, f"e{number}", 2, masks[-1])
            tensor = block.apply(body.choices, tensor, around)
            masks.append(shrink_mask(masks[-1], 2))
        tensor = self._through_code(architecture, keep(tensor, masks[-1]))
        for number in range(len(body.widths), 0, -1):
            tensor = grow(tensor, sizes[number - 1], f"u{number}")
            width = body.widths[max(0, number - 2)]
            around = _surroundings(architecture, width, f"u{number}", mask=masks[number - 1])
            tensor = block.apply(body.choices, tensor, around)
        return convolve(keep(tensor, mask), self.signature.input.shape[-1], 3, "y")

    def _through_code(self, architecture: AutoencoderArchitecture, tensor: Any) -> Any:
        """Presses a feature map into the code and unfolds it to the same shape."""
        shape = tuple(tensor.shape[1:])
        tensor = _code(architecture, keras.layers.Flatten(name="f")(tensor))
        around = _surroundings(architecture, math.prod(shape), "z")
        tensor = keras.layers.Dense(
            around.filters, kernel_initializer=around.initializer, name="zw"
        )(tensor)
        return keras.layers.Reshape(shape, name="q")(around.activate(tensor))


def _code(architecture: AutoencoderArchitecture, tensor: Any) -> Any:
    tensor = keras.layers.Dense(architecture.code, name="code")(tensor)
    return drop(tensor, architecture.regularization.dropout, "d")


def _surroundings(
    architecture: AutoencoderArchitecture,
    filters: int,
    name: str,
    strides: int = 1,
    mask: Any = None,
) -> Surroundings:
    return Surroundings(
        filters=filters,
        strides=strides,
        activation=architecture.activation,
        normalization=architecture.normalization,
        name=name,
        mask=mask,
    )
