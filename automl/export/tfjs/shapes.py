"""Static shapes of every tensor, by TensorFlow's own inference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import tensorflow as tf

from automl.export.tfjs.graph import Graph, Node, split_ref

Shape = tuple[int | None, ...]


@dataclass
class Shapes:
    """Shapes by reference; None for an unknown rank, None inside for an unknown size."""

    known: dict[str, Shape | None] = field(default_factory=dict)

    def of(self, ref: str) -> Shape | None:
        """Returns the shape of a reference."""
        return self.known.get(ref)

    def rank(self, ref: str) -> int | None:
        """Returns the number of axes of a reference."""
        shape = self.of(ref)
        return None if shape is None else len(shape)


def infer_shapes(
    graph: Graph,
    stop: Callable[[Node], bool] | None = None,
    act: Callable[[Node, Shapes], None] | None = None,
) -> Shapes:
    """Returns the static shapes of a graph made of TensorFlow operators.

    Args:
        graph: The graph, sorted, inputs first.
        stop: Nodes to stop at, where what comes before has its shapes already.
        act: Called there; it may give the node other inputs, constants too.
    """
    loader = _Loader(graph)
    for node in list(graph.nodes.values()):
        if stop is not None and act is not None and stop(node):
            loader.flush()
            act(node, loader.shapes)
        loader.add(node)
    loader.flush()
    return loader.shapes


class _Loader:
    """Imports a graph piece by piece into TensorFlow."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.shapes = graph, Shapes()
        self.loaded = tf.Graph()
        self.tensors: dict[str, Any] = {}
        self.waiting: dict[str, Node] = {}

    def add(self, node: Node) -> None:
        for ref in node.inputs:
            name, _ = split_ref(ref)
            # A constant that was added on the way comes after its user in the graph.
            if name not in self.waiting and name not in self.shapes.known:
                self.waiting[name] = self.graph.nodes[name]
        self.waiting[node.name] = node

    def flush(self) -> None:
        """Imports what is waiting and notes its shapes."""
        if not self.waiting:
            return
        names = list(self.waiting)
        piece = Graph(self.waiting.values(), [], [])
        with self.loaded.as_default():
            # TensorFlow may choose other names, so operations are returned, not looked up.
            operations = tf.import_graph_def(
                piece.to_graph_def(),
                input_map=self._outside(),
                return_elements=names,
                name="",
            )
        for name, operation in zip(names, operations, strict=True):
            self.shapes.known[name] = None
            for index, tensor in enumerate(operation.outputs):
                ref = f"{name}:{index}" if index else name
                self.tensors[ref] = tensor
                self.shapes.known[ref] = _shape(tensor)
        self.waiting = {}

    def _outside(self) -> dict[str, Any]:
        refs = {ref for node in self.waiting.values() for ref in node.inputs}
        outside = (ref for ref in sorted(refs) if split_ref(ref)[0] not in self.waiting)
        return {ref if ":" in ref else f"{ref}:0": self.tensors[ref] for ref in outside}


def _shape(tensor: Any) -> Shape | None:
    return None if tensor.shape.rank is None else tuple(tensor.shape.as_list())
