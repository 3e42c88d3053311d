"""The record of a convolutional network: a stem, stages, a head."""

from __future__ import annotations

from dataclasses import dataclass, field

from search_spaces.regularization import Regularization
from search_spaces.spaces.stage import Stage
from search_spaces.training.recipe import Recipe


@dataclass(frozen=True)
class Stem:
    """The first convolution.

    Attributes:
        kind: One of `search_spaces.layers.stems.STEMS`.
        width: Channels.
        kernel: Length of its kernel on each axis.
        factor: By how much it shrinks each axis of positions.
    """

    kind: str = "plain"
    width: int = 16
    kernel: int = 3
    factor: int = 1

    def __post_init__(self) -> None:
        if min(self.width, self.kernel, self.factor) < 1:
            raise ValueError(f"A stem's width, kernel and factor are at least 1. Received: {self}")


@dataclass(frozen=True)
class StagedArchitecture:
    """A convolutional network and how to train it.

    Attributes:
        embedding: Width of a token's vector; 0 for other inputs.
        stem: The first convolution.
        stages: What follows.
        pooling: How stages halve their positions.
        activation: Activation of every block.
        normalization: Normalization of every block.
        top: Channels of a last 1x1 convolution; 0 for none.
        head: How the last feature map becomes a vector.
        hidden: Width of the head's hidden layer; 0 for none.
        regularization: Penalties, bounds and noise.
        recipe: How the model is trained.
    """

    embedding: int = 0
    stem: Stem = field(default_factory=Stem)
    stages: tuple[Stage, ...] = field(default_factory=lambda: (Stage(),))
    pooling: str = "max"
    activation: str = "relu"
    normalization: str = "batch"
    top: int = 0
    head: str = "average"
    hidden: int = 0
    regularization: Regularization = field(default_factory=Regularization)
    recipe: Recipe = field(default_factory=Recipe)

    def __post_init__(self) -> None:
        if not self.stages:
            raise ValueError("A network has at least one stage. Received: stages=()")
