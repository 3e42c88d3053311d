"""A recipe as it suits one model and its data."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from automl.compression.recipe import Recipe
from automl.compression.steps.quantize import Quantize
from automl.preprocessing.graft import FRONT
from automl.preprocessing.limits import float_start

if TYPE_CHECKING:
    import keras

    from automl.data.dataset import DataSummary


def suited(recipe: Recipe, model: keras.Model, data: DataSummary) -> Recipe:
    """Returns a recipe whose integers begin where a model's raw input can stand them.

    Raw rows, sounds and channels of unlike scales do not survive one scale for
    all of them; the first layers then stay in float32.

    Args:
        recipe: Any recipe.
        model: The whole model, front and tail included.
        data: What it was trained on.
    """
    if recipe.activations == "float32" or not float_start(data):
        return recipe
    begin = tuple(sorted(searched_layers(model)))
    steps = tuple(
        replace(step, begin=begin) if isinstance(step, Quantize) else step for step in recipe.steps
    )
    return replace(recipe, steps=steps)


def searched_layers(model: keras.Model) -> set[str]:
    """Returns the names of the layers with kernels that are not in a model's front.

    Args:
        model: A functional model of one input.
    """
    front = _with_ancestors(op for op in model.operations if op.name.startswith(FRONT))
    return {
        layer.name
        for layer in model.layers
        if layer.name not in front and any(len(weight.shape) > 1 for weight in layer.weights)
    }


def _with_ancestors(operations: Iterable[Any]) -> set[str]:
    found: set[str] = set()
    waiting = list(operations)
    while waiting:
        each = waiting.pop()
        if each.name in found:
            continue
        found.add(each.name)
        waiting += [
            tensor._keras_history.operation
            for node in each._inbound_nodes
            for tensor in node.input_tensors
        ]
    return found
