"""Optimizers of a recipe."""

from __future__ import annotations

from typing import Any

import keras

from search_spaces.training.recipe import Recipe


def make_optimizer(recipe: Recipe) -> Any:
    """Returns a fresh Keras optimizer for `recipe`."""
    options: dict[str, Any] = {
        "learning_rate": recipe.learning_rate,
        "weight_decay": recipe.weight_decay or None,
        "global_clipnorm": recipe.clip_norm or None,
        # Named, or Keras numbers the optimizers of a process and configs differ.
        "name": recipe.optimizer,
    }
    if recipe.optimizer == "sgd":
        return keras.optimizers.SGD(momentum=0.9, nesterov=True, **options)
    if recipe.optimizer == "adamw":
        options["weight_decay"] = recipe.weight_decay
    classes = {
        "adam": keras.optimizers.Adam,
        "adamw": keras.optimizers.AdamW,
        "rmsprop": keras.optimizers.RMSprop,
        "adagrad": keras.optimizers.Adagrad,
        "lion": keras.optimizers.Lion,
    }
    return classes[recipe.optimizer](**options)


def spare_from_decay(optimizer: Any, model: Any) -> None:
    """Keeps weight decay off everything but kernels and embeddings.

    Biases, and the scales, offsets and slopes of normalizations and activations,
    have nothing to gain from being small. Keras does not save this along with
    the optimizer: a loaded model that is trained on decays them too.

    Args:
        optimizer: Not yet built.
        model: What it will train.
    """
    spared = [
        weight
        for weight in model.trainable_variables
        if not any(part in weight.name for part in ("kernel", "embedding"))
    ]
    if optimizer.weight_decay and spared:
        optimizer.exclude_from_weight_decay(var_list=spared)
