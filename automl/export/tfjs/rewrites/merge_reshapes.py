"""Consecutive reshapes as one, and none where the shape is right already."""

from __future__ import annotations

from automl.export.tfjs.graph import Graph
from automl.export.tfjs.shapes import infer_shapes

SAME_ORDER = ("Reshape", "Squeeze", "ExpandDims")


def merge_reshapes(graph: Graph) -> None:
    """Lets a Reshape with a constant target read what the reshapes before it read."""
    reshapes = [
        node
        for node in graph.nodes.values()
        if node.op == "Reshape" and graph.constant(node.inputs[1]) is not None
    ]
    if not reshapes:
        return
    for node in reshapes:
        # The order of the numbers is the same all along, and the target says the rest.
        while graph.node(node.inputs[0]).op in SAME_ORDER:
            node.inputs[0] = graph.node(node.inputs[0]).inputs[0]
    graph.prune()
    shapes = infer_shapes(graph)
    for node in reshapes:
        before, after = shapes.of(node.inputs[0]), shapes.of(node.name)
        if before is not None and before == after and before.count(None) <= 1:
            graph.redirect(node.name, node.inputs[0])
    graph.prune()
