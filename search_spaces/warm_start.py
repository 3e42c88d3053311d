"""Weights of an earlier model as the start of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import keras

#: Shapes of a layer's weights, in order.
Shapes = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class CopyReport:
    """What `copy_weights` copied.

    Attributes:
        layers: Names of the layers that got weights, in the model's order.
        fresh: Names of those that kept their own.
        copied_weights: Numbers copied.
        total_weights: Numbers the model has.
    """

    layers: tuple[str, ...]
    fresh: tuple[str, ...]
    copied_weights: int
    total_weights: int

    @property
    def share(self) -> float:
        """Share of the model's weights that were copied, from 0 to 1."""
        return self.copied_weights / self.total_weights if self.total_weights else 0.0

    def __str__(self) -> str:
        """Returns one line for a user."""
        count = len(self.layers) + len(self.fresh)
        return (
            f"{len(self.layers)} of {count} layers start from earlier weights"
            f" ({self.share:.0%} of {self.total_weights:,}); the rest is fresh"
        )


def copy_weights(source: Any, model: Any) -> CopyReport:
    """Copies the weights of the layers of `source` that fit into `model`.

    A layer fits one of the same class, name and weight shapes. Of what is left,
    layers of one class and one set of shapes are paired in the order of the
    graph, if there are as many on both sides; else nobody can say which belongs
    to which. The last layer with weights is an answer to the source's own
    question: it is only copied to a last layer of its own name and shapes.

    Optimizers are left as they are, and seeds of dropout are not copied.

    Args:
        source: A built Keras model.
        model: A built Keras model, whose weights are changed.

    Returns:
        What was copied.
    """
    given, wanted = _with_weights(source), _with_weights(model)
    pairs = _by_name(given, wanted)
    pairs |= _by_order(
        (layer for layer in given[:-1] if layer not in pairs.values()),
        (layer for layer in wanted[:-1] if layer not in pairs),
    )
    copied = 0
    for layer, origin in pairs.items():
        for variable, value in zip(layer.weights, origin.weights, strict=True):
            variable.assign(keras.ops.convert_to_numpy(value))
        copied += _size(layer)
    return CopyReport(
        layers=tuple(layer.name for layer in wanted if layer in pairs),
        fresh=tuple(layer.name for layer in wanted if layer not in pairs),
        copied_weights=copied,
        total_weights=sum(map(_size, wanted)),
    )


def _by_name(given: list[Any], wanted: list[Any]) -> dict[Any, Any]:
    known = {layer.name: layer for layer in given}
    pairs = {}
    for layer in wanted:
        origin = known.get(layer.name)
        last = origin is not None and (layer is wanted[-1]) == (origin is given[-1])
        if last and _kind(layer) == _kind(origin):
            pairs[layer] = origin
    return pairs


def _by_order(given: Iterable[Any], wanted: Iterable[Any]) -> dict[Any, Any]:
    groups: dict[Any, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for side, layers in enumerate((given, wanted)):
        for layer in layers:
            groups[_kind(layer)][side].append(layer)
    return {
        layer: origin
        for origins, layers in groups.values()
        if len(origins) == len(layers)
        for layer, origin in zip(layers, origins, strict=True)
    }


def _with_weights(model: Any) -> list[Any]:
    """Returns the layers that hold weights, in the order of the graph; models inside are opened."""
    layers: list[Any] = []
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            layers += _with_weights(layer)
        elif layer.weights:
            layers.append(layer)
    return layers


def _kind(layer: Any) -> tuple[str, Shapes]:
    shapes = tuple(tuple(int(side) for side in weight.shape) for weight in layer.weights)
    return type(layer).__name__, shapes


def _size(layer: Any) -> int:
    return sum(int(keras.ops.size(weight)) for weight in layer.weights)
