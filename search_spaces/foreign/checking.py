"""Whether a model that somebody else built can be searched."""

from __future__ import annotations

from typing import Any

import keras

from search_spaces.errors import UserInputError
from search_spaces.signature import Signature


def check_model(model: Any, name: str, signature: Signature) -> None:
    """Checks that a model is compiled, and takes and gives what the data has.

    Args:
        model: What the hypermodel returned.
        name: What the user calls the hypermodel.
        signature: Input and target.

    Raises:
        UserInputError: If it is no compiled Keras model, or of other shapes.
    """
    if not isinstance(model, keras.Model):
        raise UserInputError(
            f"The hypermodel {name!r} must return a keras.Model. Received: {type(model).__name__}."
        )
    if getattr(model, "optimizer", None) is None:
        raise UserInputError(f"The hypermodel {name!r} must return a compiled model.")
    shapes = [tuple(tensor.shape) for tensor in model.inputs or ()]
    if len(shapes) != 1 or not _fits(shapes[0][1:], signature.input.shape):
        raise UserInputError(
            f"The hypermodel {name!r} must build models of one input of shape"
            f" {signature.input.shape}, as the data has it."
            f" Received: {shapes or 'a model without input shape'}."
        )
    outputs = [tuple(tensor.shape) for tensor in model.outputs]
    if len(outputs) != 1 or not _fits(outputs[0][1:], (signature.target.units,)):
        raise UserInputError(
            f"The hypermodel {name!r} must build models of one output of shape"
            f" ({signature.target.units},). Received: {outputs}."
        )


def _fits(shape: tuple[int | None, ...], wanted: tuple[int, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        size in (None, want) for size, want in zip(shape, wanted, strict=True)
    )
