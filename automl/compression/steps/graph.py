"""Walks and rebuilds the graph of a functional model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automl.errors import CompressionError

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a layer or an operation in a model.

    Attributes:
        operation: The layer or operation.
        args: Its positional arguments; tensors are Keras tensors.
        kwargs: Its named arguments.
        inputs: The Keras tensors among them, in order.
        outputs: What came out, flat.
    """

    operation: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]

    @property
    def name(self) -> str:
        """Name of the layer or operation."""
        return str(self.operation.name)


def calls(model: keras.Model) -> list[Call]:
    """Returns the calls of a functional model in the order in which they are computed.

    Tensors are those of the model itself, so that `model.inputs` and
    `model.outputs` are found among them.

    Raises:
        CompressionError: If the model is not functional.
    """
    check_functional(model)
    # Keras has no public way to the nodes that leaves the layers as they are.
    by_depth = model._nodes_by_depth
    found = []
    for depth in sorted(by_depth, reverse=True):
        for node in by_depth[depth]:
            if node.is_input:
                continue
            arguments = node.arguments
            found.append(
                Call(
                    node.operation,
                    tuple(arguments.args),
                    dict(arguments.kwargs),
                    tuple(arguments.keras_tensors),
                    tuple(node.outputs),
                )
            )
    return found


def consumers(found: list[Call], outputs: list[Any]) -> dict[int, list[Call | None]]:
    """Returns who reads each tensor: id of the tensor -> calls, None for the model's end.

    Args:
        found: What `calls` returned.
        outputs: The model's outputs.
    """
    readers: dict[int, list[Call | None]] = {}
    for call in found:
        for tensor in call.inputs:
            readers.setdefault(id(tensor), []).append(call)
    for tensor in outputs:
        readers.setdefault(id(tensor), []).append(None)
    return readers


def rebuild(
    model: keras.Model,
    change: Callable[[Any], Any] = lambda operation: None,
    call: Callable[..., Any] | None = None,
) -> keras.Model:
    """Returns a copy of a functional model in which some layers are others.

    Args:
        model: A functional model; it is left as it is.
        change: Takes a layer or operation, and returns what stands in its place,
            anything that can be called on its tensors, or None for a copy of it
            with its weights.
        call: Takes what stands in an operation's place and the arguments, and
            returns what comes out; None to call it.

    Raises:
        CompressionError: If the model is not functional.
    """
    import keras

    from search_spaces.naming import name_operations

    check_functional(model)
    copies: list[tuple[Any, Any]] = []
    known: dict[int, Any] = {}

    def place(operation: Any) -> Any:
        if id(operation) not in known:  # A layer that is called twice is one layer.
            made = change(operation)
            if made is None:
                made = type(operation).from_config(operation.get_config())
                copies.append((operation, made))
            known[id(operation)] = made
        return known[id(operation)]

    made = keras.models.clone_model(model, clone_function=place, call_function=call)
    for old, new in copies:
        if isinstance(old, keras.layers.Layer) and old.weights:
            new.set_weights(old.get_weights())
    name_operations(made)
    return made


def check_functional(model: keras.Model) -> None:
    """Checks that a model is a graph of layers.

    Raises:
        CompressionError: If it is not.
    """
    if not hasattr(model, "_nodes_by_depth"):
        raise CompressionError(
            "Only functional models (and Sequential ones as such) can be treated."
            f" Received: a {type(model).__name__}."
        )


def as_functional(model: keras.Model) -> keras.Model:
    """Returns a Sequential model as the functional one that it holds; others as they are."""
    import keras

    if isinstance(model, keras.Sequential):
        return keras.Model(model.inputs, model.outputs, name=model.name)
    return model


def positions(tensor: Any) -> int:
    """Returns the number of positions of a tensor (batch, *positions, channels)."""
    total = 1
    for size in tensor.shape[1:-1]:
        total *= int(size or 1)
    return total
