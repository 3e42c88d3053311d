"""Inputs and outputs of a Keras model: their structure and their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras


def nested(model: keras.Model, tensors: Sequence[Any]) -> Any:
    """Returns tensors in the structure that the model is called with."""
    import keras

    if hasattr(model, "_inputs_struct"):
        return keras.tree.pack_sequence_as(model._inputs_struct, list(tensors))
    return tensors[0] if len(tensors) == 1 else list(tensors)


def io_names(model: keras.Model) -> tuple[list[str], list[str]]:
    """Returns the Keras names of a model's inputs and outputs, in order."""
    inputs = [_last_part(tensor.name) for tensor in model.inputs]
    outputs = getattr(model, "output_names", None) or _output_names(model)
    return inputs, [_last_part(name) for name in outputs]


def unique(names: Sequence[str]) -> list[str]:
    """Returns names with a number behind each that came before."""
    taken: list[str] = []
    for name in names:
        chosen, number = name, 1
        while chosen in taken:
            chosen, number = f"{name}_{number}", number + 1
        taken.append(chosen)
    return taken


def _output_names(model: keras.Model) -> list[str]:
    layers = getattr(model, "layers", [])
    if len(model.outputs) == 1 and layers:
        return [layers[-1].name]
    return [tensor.name for tensor in model.outputs]


def _last_part(name: str) -> str:
    return str(name).split("/")[-1]
