"""Image models that begin from weights learned on ImageNet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import keras

from search_spaces.layers.dropping import add_noise, drop
from search_spaces.layers.ends import finish, start
from search_spaces.layers.heads import collapse
from search_spaces.regularization import Regularization, choose_regularization
from search_spaces.signature import Signature
from search_spaces.space import SearchSpace
from search_spaces.spaces.options import middle
from search_spaces.spaces.pretrained_plan import PretrainedPlan
from search_spaces.spaces.pretrained_weights import BACKBONES, grow_backbone
from search_spaces.training.recipe import Recipe, choose_recipe

#: Smallest short side of an image: four times larger it is 64 pixels.
SMALLEST = 16
_MOMENTUM = 0.9


@dataclass(frozen=True)
class PretrainedArchitecture:
    """A backbone, a linear classifier and how they are trained.

    Attributes:
        backbone: The network.
        trained: Which of its layers are trained: ``"none"``, the ``"last"``
            third or ``"all"``. Batch normalizations of the others keep their
            statistics too.
        side: Short side that images are resized to, in pixels.
        head: How the last feature map becomes a vector.
        regularization: Penalties, bounds and noise.
        recipe: How the model is trained.
    """

    backbone: str = "mobilenet_v3_small"
    trained: str = "none"
    side: int = 96
    head: str = "average"
    regularization: Regularization = field(default_factory=Regularization)
    recipe: Recipe = field(default_factory=Recipe)


class PretrainedSpace(SearchSpace):
    """MobileNetV3Small or EfficientNetV2B0, trained in part or in full, and a linear end."""

    name = "pretrained"
    plan_class = PretrainedPlan
    summary = "image models from ImageNet weights: MobileNetV3Small, EfficientNetV2B0"
    #: Fields of the plan with which models can be built without a network.
    offline_plan: ClassVar[Mapping[str, Any]] = {"weights": "none"}

    @classmethod
    def accepts(cls, signature: Signature) -> str | None:
        """Returns why `signature` is none of gray or color images, or None."""
        spec = signature.input
        if spec.kind != "image":
            return f"it takes images, and the input is of kind {spec.kind!r}"
        if signature.target.kind == "reconstruction":
            return "it gives labels and numbers, and the target is a reconstruction"
        if spec.shape[-1] not in (1, 3):
            return f"images are gray or RGB, and these have {spec.shape[-1]} channels"
        if min(spec.size) < SMALLEST:
            return f"images are at least {SMALLEST} pixels high and wide, and these are {spec.size}"
        return None

    def decide(self, hp: Any) -> PretrainedArchitecture:
        """Declares the space and returns the model its values stand for."""
        plan: PretrainedPlan = self.plan
        backbone = hp.Choice("backbone", list(plan.backbones))
        trained = hp.Choice("trained", list(plan.trained))
        some = [name for name in plan.trained if name != "none"]
        with hp.conditional_scope("trained", some):
            # The usual rates would wash out what the backbone has learned. They lie factors
            # of 2 and 5 apart, and these factors of 3: no product comes twice.
            slower = float(hp.Choice("rate_factor", [0.03, 0.09, 0.27], default=0.09))
        recipe = choose_recipe(hp, self.signature)
        if trained != "none":
            recipe = replace(recipe, learning_rate=recipe.learning_rate * slower)
        return PretrainedArchitecture(
            backbone=backbone,
            trained=trained,
            side=int(hp.Choice("side", list(plan.sides), default=middle(plan.sides))),
            head=hp.Choice("head", ["average", "max"]),
            regularization=choose_regularization(hp),
            recipe=recipe,
        )

    def assemble(self, architecture: PretrainedArchitecture) -> Any:
        """Returns the uncompiled model of (batch, height, width, channels) images.

        Raises:
            AutomlError: If the weights cannot be had or read.
        """
        begin = start(self.signature.input)
        tensor = add_noise(begin.tensor, architecture.regularization.noise, "g")
        tensor = self._pixels(tensor, architecture.side)
        tensor, layers = grow_backbone(
            architecture.backbone, begin.inputs, tensor, self.plan.weights
        )
        _freeze(layers, architecture.trained)
        tensor = collapse(architecture.head, tensor, "h")
        tensor = drop(tensor, architecture.regularization.dropout, "d")
        return keras.Model(
            begin.inputs, finish(tensor, self.signature.target), name=type(self).name
        )

    def prepare(self) -> None:
        """Downloads the weights that are not in Keras' cache yet.

        Raises:
            AutomlError: If they cannot be had.
        """
        if self.plan.weights == "none":
            return
        for name in self.choices.get("backbone", self.plan.backbones):
            if not BACKBONES[name].path.exists():
                pixels = keras.Input((32, 32, 3))
                grow_backbone(name, pixels, pixels, self.plan.weights)

    def guesses(self) -> tuple[dict[str, Any], ...]:
        """Returns usual ways of fine-tuning, best first: they are not measured here."""
        head: dict[str, Any] = {
            "trained": "none",
            "side": max(self.plan.sides),
            "dropout": 0.2,
            "optimizer": "adam",
            "learning_rate": 5e-3,
        }
        tuned = head | {"trained": "all", "rate_factor": 0.09, "warmup": 0.1}
        small, large = "mobilenet_v3_small", "efficientnet_v2_b0"
        return (
            tuned | {"backbone": small},
            head | {"backbone": small},
            tuned | {"backbone": small, "trained": "last"},
            head | {"backbone": large},
            tuned | {"backbone": large, "trained": "last"},
        )

    def _pixels(self, tensor: Any, side: int) -> Any:
        """Returns RGB pixels from 0 to 255, of the wanted short side."""
        spec = self.signature.input
        if min(spec.size) != side:
            size = [max(side, round(length * side / min(spec.size))) for length in spec.size]
            tensor = keras.layers.Resizing(*size, name="z")(tensor)
        # Standardized values come within two deviations of the mean for the most part.
        scale = 64.0 if spec.mean else 127.5
        tensor = keras.layers.Rescaling(scale, 127.5, name="p")(tensor)
        if spec.shape[-1] == 1:
            tensor = keras.layers.Concatenate(name="rgb")([tensor] * 3)
        return tensor


def _freeze(layers: list[Any], trained: str) -> None:
    """Leaves the last layers trainable."""
    first = {"none": len(layers), "last": 2 * len(layers) // 3, "all": 0}[trained]
    for number, layer in enumerate(layers):
        layer.trainable = number >= first
        if layer.trainable and isinstance(layer, keras.layers.BatchNormalization):
            # The backbones' own 0.999 needs more steps than a fine-tuning has.
            layer.momentum = _MOMENTUM
