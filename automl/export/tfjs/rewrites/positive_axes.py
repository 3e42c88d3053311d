"""Axes counted from the front, where TF.js does not count from the back."""

from __future__ import annotations

import numpy as np

from automl.export.tfjs.graph import Graph
from automl.export.tfjs.shapes import infer_shapes

CUMULATIVE = ("Cumsum", "Cumprod")


def count_axes_from_front(graph: Graph) -> None:
    """Makes the negative axes of cumulative operators positive."""
    found = [n for n in graph.nodes.values() if n.op in CUMULATIVE]
    if not found:
        return
    shapes = infer_shapes(graph)
    for node in found:
        axis, rank = graph.constant(node.inputs[1]), shapes.rank(node.inputs[0])
        if axis is not None and rank is not None and int(axis) < 0:
            positive = np.array(int(axis) + rank, axis.dtype)
            node.inputs[1] = graph.add_constant(positive, node)
    graph.prune()
