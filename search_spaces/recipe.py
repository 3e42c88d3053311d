"""How a model is trained: the part of a configuration that is no layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

OPTIMIZERS = ("adam", "adamw", "sgd", "rmsprop")
LEARNING_RATES = (1e-3, 2e-3, 5e-3, 1e-2, 2e-2)
# Momentum's usable rates lie about ten times higher than the adaptive ones.
SGD_LEARNING_RATES = (1e-2, 2e-2, 5e-2, 1e-1, 2e-1)
WEIGHT_DECAYS = (1e-4, 1e-3, 1e-2, 1e-1)
BATCH_SIZES = (16, 32, 64)


@dataclass(frozen=True)
class Recipe:
    """Optimizer and batch.

    Attributes:
        optimizer: One of `OPTIMIZERS`; ``"sgd"`` has Nesterov momentum 0.9.
        learning_rate: Highest learning rate; a schedule may go below it.
        weight_decay: Decoupled decay of the weights per step, relative to the
            learning rate. Zero for ``"adam"``, which with decay is ``"adamw"``.
        batch_size: Examples per training step.
    """

    optimizer: str = "adam"
    learning_rate: float = 5e-3
    weight_decay: float = 0.0
    batch_size: int = 32

    def __post_init__(self) -> None:
        if self.optimizer not in OPTIMIZERS:
            raise ValueError(
                f"An optimizer is one of {OPTIMIZERS}. Received: optimizer={self.optimizer!r}"
            )
        if not self.learning_rate > 0:
            raise ValueError(
                f"`learning_rate` must be positive. Received: learning_rate={self.learning_rate}"
            )
        if self.weight_decay < 0 or self.batch_size < 1:
            raise ValueError(
                "`weight_decay` must be at least 0 and `batch_size` at least 1. Received:"
                f" weight_decay={self.weight_decay}, batch_size={self.batch_size}"
            )


def choose_recipe(hp: Any) -> Recipe:
    """Declares the recipe's hyperparameters and returns the one chosen."""
    optimizer = hp.Choice("optimizer", list(OPTIMIZERS))
    rate, decay = 0.0, 0.0
    with hp.conditional_scope("optimizer", ["adam", "adamw", "rmsprop"]):
        adaptive_rate = hp.Choice("learning_rate", list(LEARNING_RATES), default=5e-3)
    with hp.conditional_scope("optimizer", ["sgd"]), hp.name_scope("sgd"):
        sgd_rate = hp.Choice("learning_rate", list(SGD_LEARNING_RATES), default=5e-2)
    with hp.conditional_scope("optimizer", ["adamw", "sgd", "rmsprop"]):
        decay = hp.Choice("weight_decay", list(WEIGHT_DECAYS), default=1e-3)
    rate = sgd_rate if optimizer == "sgd" else adaptive_rate
    return Recipe(
        optimizer=optimizer,
        learning_rate=rate,
        weight_decay=0.0 if optimizer == "adam" else decay,
        batch_size=hp.Choice("batch_size", list(BATCH_SIZES), default=32),
    )


def make_optimizer(recipe: Recipe) -> Any:
    """Returns a fresh Keras optimizer for `recipe`."""
    rate, decay = recipe.learning_rate, recipe.weight_decay or None
    # Named, or Keras numbers the optimizers of a process and configs differ.
    name = recipe.optimizer
    if name == "adam":
        return keras.optimizers.Adam(rate, name=name)
    if name == "adamw":
        return keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, name=name)
    if name == "rmsprop":
        return keras.optimizers.RMSprop(rate, weight_decay=decay, name=name)
    return keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=decay, name=name)
