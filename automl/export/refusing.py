"""What a format cannot hold, said before a file is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from automl.compression.recipe import Recipe
from automl.compression.steps.pack import Pack
from automl.errors import ConversionError

if TYPE_CHECKING:
    from automl.export.base import Exporter


def refuse_recipe(exporter: Exporter, recipe: Recipe) -> None:
    """Refuses a recipe that the exporter's format cannot hold.

    Raises:
        ConversionError: Naming what the format holds.
    """
    if exporter.holds(recipe):
        return
    held = " or ".join(
        f"{weights} weights with {activations} activations"
        for weights, activations in sorted(exporter.types)
    )
    raise ConversionError(
        f"{exporter.name} files hold {held}; the recipe {recipe.name!r} asks for {recipe.weights}"
        f" weights with {recipe.activations} activations: choose another recipe or format."
    )


def layer_of(origin: str, layers: list[str]) -> str | None:
    """Returns the innermost Keras layer in the name that TensorFlow gave a node.

    Keras traces a layer as ``name_1``, and ``name_1_2`` where it is shared.
    """
    known = set(layers)
    for part in reversed(origin.split("/")):
        while part:
            if part in known:
                return part
            stem, _, number = part.rpartition("_")
            part = stem if number.isdigit() else ""
    return None


def layer_names(model: object) -> list[str]:
    """Returns the names of a Keras model's layers, those inside of others too."""
    return [layer.name for layer in model._flatten_layers(include_self=False)]  # type: ignore[attr-defined]


def without_pack(recipe: Recipe) -> Recipe:
    """Returns a recipe whose file keeps the names that the converter gave."""
    return replace(recipe, steps=tuple(each for each in recipe.steps if each.stage < Pack.stage))
