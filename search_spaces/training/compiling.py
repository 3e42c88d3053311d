"""Loss, metrics and optimizer of a model."""

from __future__ import annotations

from typing import Any

from search_spaces.layers.ends import raw_variance
from search_spaces.signature import Signature
from search_spaces.training.optimizers import make_optimizer, spare_from_decay
from search_spaces.training.recipe import Recipe


def compile_model(model: Any, recipe: Recipe, signature: Signature) -> None:
    """Compiles `model` for a target with a recipe.

    Classes are compared by cross-entropy: labels are class indices, or
    probabilities of shape (batch, units) where the recipe softens them. A
    reconstruction's squared error is counted in rescaled units. Weight decay is
    for kernels and embeddings only.
    """
    loss, metrics = loss_of(signature, soft=recipe.soft_labels)
    weights = None
    if signature.target.kind == "reconstruction":
        weights = [1.0 / raw_variance(signature.input)]
    optimizer = make_optimizer(recipe)
    spare_from_decay(optimizer, model)
    model.compile(optimizer=optimizer, loss=loss, loss_weights=weights, metrics=metrics)


def loss_of(signature: Signature, *, soft: bool) -> tuple[str, list[str]]:
    """Returns the names of a target's loss and metrics.

    Args:
        signature: Input and target.
        soft: Whether labels of classes are probabilities instead of indices.
    """
    if signature.target.kind == "classification":
        return "categorical_crossentropy" if soft else "sparse_categorical_crossentropy", [
            "accuracy"
        ]
    if signature.target.kind == "multilabel":
        return "binary_crossentropy", ["binary_accuracy"]
    return "mean_squared_error", ["mean_absolute_error"]
