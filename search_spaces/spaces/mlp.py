"""Dense networks of vectors and small inputs, and mixers of patches."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import keras

from search_spaces.blocks.base import Surroundings
from search_spaces.blocks.dense import plain_dense, residual_dense
from search_spaces.blocks.mixer import Mixer, MixerChoices
from search_spaces.layers.convolution import convolve
from search_spaces.layers.dropping import add_noise, drop
from search_spaces.layers.ends import Start, finish, start
from search_spaces.layers.heads import collapse
from search_spaces.layers.masking import fill, keep
from search_spaces.layers.pooling import shrink_mask
from search_spaces.regularization import Regularization, choose_regularization
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.spaces.dense import DenseLayers
from search_spaces.spaces.mlp_guesses import mlp_guesses
from search_spaces.spaces.mlp_plan import MlpPlan
from search_spaces.spaces.options import check_positions, choose_activation, middle
from search_spaces.training.recipe import Recipe, choose_recipe

#: Most values of one example: beyond, the first dense layer holds nearly every weight.
MOST_VALUES = 4096


@dataclass(frozen=True)
class ResidualLayers:
    """Residual dense blocks of one width.

    Attributes:
        depth: Number of blocks.
        width: Units that pass from block to block.
        expansion: Inner width of a block over `width`.
    """

    depth: int = 2
    width: int = 64
    expansion: int = 2

    def __post_init__(self) -> None:
        if min(self.depth, self.width, self.expansion) < 1:
            raise ValueError(f"Sizes are at least 1. Received: {self}")


@dataclass(frozen=True)
class MixerLayers:
    """Mixer blocks over patches.

    Attributes:
        patch: Side of a patch, in pixels or steps.
        depth: Number of blocks.
        width: Channels of a patch.
        choices: What the block decides.
    """

    patch: int = 2
    depth: int = 2
    width: int = 32
    choices: MixerChoices = field(default_factory=MixerChoices)

    def __post_init__(self) -> None:
        if min(self.patch, self.depth, self.width) < 1:
            raise ValueError(f"Sizes are at least 1. Received: {self}")


@dataclass(frozen=True)
class MlpArchitecture:
    """A dense network and how to train it.

    Attributes:
        body: The hidden layers.
        activation: Activation of every hidden layer.
        normalization: Normalization of every hidden layer.
        regularization: Penalties, bounds and noise.
        recipe: How the model is trained.
    """

    body: DenseLayers | ResidualLayers | MixerLayers = field(default_factory=DenseLayers)
    activation: str = "relu"
    normalization: str = "batch"
    regularization: Regularization = field(default_factory=Regularization)
    recipe: Recipe = field(default_factory=Recipe)


class MlpSpace(SearchSpace):
    """Hidden layers of all values at once, from none (a linear model) to four."""

    name = "mlp"
    plan_class = MlpPlan
    summary = "dense networks of tables and small inputs: plain, residual, or a mixer of patches"

    @classmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns why `signature` is none of small inputs with labels or numbers, or None."""
        spec = signature.input
        if spec.kind == "tokens":
            return "it takes numbers, and the input is tokens"
        if signature.target.kind == "reconstruction":
            return "it gives labels and numbers, and the target is a reconstruction"
        if math.prod(spec.shape) > MOST_VALUES:
            return (
                f"an example has at most {MOST_VALUES} values, and these have"
                f" {math.prod(spec.shape)}"
            )
        return None

    def decide(self, hp: Any) -> MlpArchitecture:
        """Declares the space and returns the network its values stand for."""
        check_positions(self.plan.layouts, "mixer", self.signature.input)
        layout = hp.Choice("layout", list(self.plan.layouts))
        deciders = {
            "plain": self._decide_plain,
            "residual": self._decide_residual,
            "mixer": self._decide_mixer,
        }
        chosen = MlpArchitecture()
        for name in self.plan.layouts:
            with hp.conditional_scope("layout", [name]), hp.name_scope(name):
                decided = deciders[name](hp)
            chosen = decided if name == layout else chosen
        rules = choose_regularization(hp)
        branches = chosen.regularization.branch_dropout
        return replace(
            chosen,
            regularization=replace(rules, branch_dropout=branches),
            recipe=choose_recipe(hp, self.signature),
        )

    def _decide_plain(self, hp: Any) -> MlpArchitecture:
        plan: MlpPlan = self.plan
        counts = list(range(plan.max_layers + 1))
        layers = int(hp.Choice("layers", counts, default=min(2, plan.max_layers)))
        with hp.conditional_scope("layers", counts[1:]):
            width = int(hp.Choice("units", list(plan.widths), default=middle(plan.widths)))
            activation, normalization = choose_activation(hp, plan.activations, plan.normalizations)
        with hp.conditional_scope("layers", counts[2:]):
            halving = hp.Choice("taper", ["no", "yes"]) == "yes"  # Each layer half as wide.
        if not layers:
            return MlpArchitecture(DenseLayers(()), normalization="none")
        widths = [max(4, width >> step) if halving else width for step in range(layers)]
        return MlpArchitecture(DenseLayers(tuple(widths)), activation, normalization)

    def _decide_residual(self, hp: Any) -> MlpArchitecture:
        plan: MlpPlan = self.plan
        body = ResidualLayers(
            depth=int(hp.Choice("layers", list(range(1, plan.max_layers + 1)))),
            width=int(hp.Choice("units", list(plan.widths), default=middle(plan.widths))),
            expansion=int(hp.Choice("expansion", [1, 2], default=2)),
        )
        return MlpArchitecture(
            body,
            *choose_activation(hp, plan.activations, plan.normalizations),
            _decide_branches(hp),
        )

    def _decide_mixer(self, hp: Any) -> MlpArchitecture:
        plan: MlpPlan = self.plan
        widths = plan.mixer_widths
        patch = int(hp.Choice("patch", list(plan.patches), default=middle(plan.patches)))
        coarsest = max(plan.patches)  # What is declared must not hang on what is chosen.
        tokens = math.prod(-(-length // coarsest) for length in self.signature.input.size)
        body = MixerLayers(
            patch=patch,
            depth=int(hp.Choice("layers", list(range(1, plan.max_layers + 1)))),
            width=int(hp.Choice("units", list(widths), default=middle(widths))),
            choices=Mixer().choose(hp, (tokens,)),
        )
        return MlpArchitecture(
            body,
            *choose_activation(hp, plan.activations, plan.normalizations),
            _decide_branches(hp),
        )

    def assemble(self, architecture: MlpArchitecture) -> Any:
        """Returns the uncompiled model of (batch, *shape) raw values."""
        begin = start(self.signature.input)
        body, rules = architecture.body, architecture.regularization
        tensor = begin.tensor
        if rules.noise:
            tensor = keep(add_noise(tensor, rules.noise, "g"), begin.mask)
        if isinstance(body, MixerLayers):
            tensor = self._mixer(architecture, body, replace(begin, tensor=tensor))
        else:
            if self.signature.input.rank:
                tensor = keras.layers.Flatten(name="f")(tensor)
            if isinstance(body, DenseLayers):
                tensor = self._plain(architecture, body, tensor)
            else:
                tensor = self._residual(architecture, body, tensor)
        return keras.Model(
            begin.inputs, finish(tensor, self.signature.target), name=type(self).name
        )

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns curated networks for this kind of input, best first."""
        return mlp_guesses(self.signature, self.plan)

    def _plain(self, architecture: MlpArchitecture, body: DenseLayers, tensor: Any) -> Any:
        if not body.widths:
            return drop(tensor, architecture.regularization.dropout, "d")
        for number, width in enumerate(body.widths, start=1):
            tensor = plain_dense(tensor, _surroundings(architecture, width, f"b{number}"))
        return tensor

    def _residual(self, architecture: MlpArchitecture, body: ResidualLayers, tensor: Any) -> Any:
        around = _surroundings(architecture, body.width, "e")
        tensor = keras.layers.Dense(
            body.width, use_bias=around.use_bias, kernel_initializer=around.initializer, name="ew"
        )(tensor)
        for number in range(1, body.depth + 1):
            around = _surroundings(architecture, body.width, f"b{number}")
            tensor = residual_dense(tensor, body.expansion, around)
        tensor = _surroundings(architecture, body.width, "h").finish(tensor)
        return drop(tensor, architecture.regularization.dropout, "d", architecture.activation)

    def _mixer(self, architecture: MlpArchitecture, body: MixerLayers, begin: Start) -> Any:
        around = _surroundings(architecture, body.width, "e")
        tensor = convolve(
            begin.tensor,
            body.width,
            body.patch,
            "ew",
            strides=body.patch,
            use_bias=around.use_bias,
            kernel_initializer=around.initializer,
        )
        if self.signature.input.rank == 2:
            steps = math.prod(tensor.shape[1:3])
            tensor = keras.layers.Reshape((steps, body.width), name="q")(tensor)
        mask = shrink_mask(begin.mask, body.patch)
        tensor = keep(tensor, mask)
        for number in range(1, body.depth + 1):
            around = _surroundings(architecture, body.width, f"b{number}")
            tensor = Mixer().apply(body.choices, tensor, replace(around, mask=mask))
        tensor = _surroundings(architecture, body.width, "h").normalize(fill(tensor, mask))
        tensor = collapse("average", tensor, "ha", mask)
        return drop(tensor, architecture.regularization.dropout, "d", architecture.activation)


def _decide_branches(hp: Any) -> Regularization:
    return Regularization(branch_dropout=float(hp.Choice("branch_dropout", [0.0, 0.1, 0.2])))


def _surroundings(architecture: MlpArchitecture, units: int, name: str) -> Surroundings:
    rules = architecture.regularization
    return Surroundings(
        filters=units,
        activation=architecture.activation,
        normalization=architecture.normalization,
        name=name,
        dropout=rules.dropout,
        branch_dropout=rules.branch_dropout,
    )
