"""Loss, metrics and optimizer of a model."""

from __future__ import annotations

from typing import Any

from search_spaces.layers.ends import raw_variance
from search_spaces.signature import Signature
from search_spaces.training.optimizers import make_optimizer
from search_spaces.training.recipe import Recipe


def compile_model(model: Any, recipe: Recipe, signature: Signature) -> None:
    """Compiles `model` for a target with a recipe.

    Classes are compared by cross-entropy: labels are class indices, or
    probabilities of shape (batch, units) where the recipe softens them. A
    reconstruction's squared error is counted in rescaled units.
    """
    kind = signature.target.kind
    weights = None
    if kind == "classification":
        loss = (
            "categorical_crossentropy" if recipe.soft_labels else "sparse_categorical_crossentropy"
        )
        metrics = ["accuracy"]
    elif kind == "multilabel":
        loss, metrics = "binary_crossentropy", ["binary_accuracy"]
    else:
        loss, metrics = "mean_squared_error", ["mean_absolute_error"]
        if kind == "reconstruction":
            weights = [1.0 / raw_variance(signature.input)]
    model.compile(
        optimizer=make_optimizer(recipe), loss=loss, loss_weights=weights, metrics=metrics
    )
