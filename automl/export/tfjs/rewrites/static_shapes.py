"""Replaces shapes computed at run time by constants where they are known."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from automl.export.tfjs.graph import Graph, Node, attribute
from automl.export.tfjs.optimize import optimize_graph
from automl.export.tfjs.shapes import Shape, Shapes, infer_shapes
from automl.export.tfjs.sizes import sizes_of

#: Operators that take sizes: the input that states them and the attribute of its type.
TARGETS = {
    "Reshape": (1, "Tshape"),
    "BroadcastTo": (1, "Tidx"),
    "Fill": (0, "index_type"),
    "Tile": (1, "Tmultiples"),
}
#: Operators that compute sizes, and the attribute of their type.
COMPUTED = {
    "Shape": "out_type",
    "StridedSlice": "T",
    "GatherV2": "Tparams",
    "Slice": "T",
    "Prod": "T",
    "Pack": "T",
    "ConcatV2": "T",
}


def fold_static_shapes(graph: Graph) -> None:
    """Makes the target of every Reshape constant, and every computed size that is known."""
    if not any(node.op in ("Shape", "Reshape") for node in graph.nodes.values()):
        return
    changed: list[str] = []

    def fold(node: Node, shapes: Shapes) -> None:
        index, kind = TARGETS[node.op]
        sizes = sizes_of(graph, node.inputs[index], shapes)
        target = with_one_unknown(sizes) if node.op == "Reshape" else _all_known(sizes)
        if target is not None:
            node.inputs[index] = graph.add_constant(target, node)
            node.attr[kind] = attribute(np.int32)
            changed.append(node.name)

    shapes = infer_shapes(graph, lambda node: _has_open_target(graph, node), fold)
    for node in list(graph.nodes.values()):
        value = _known_value(graph, node, shapes)
        if value is not None:
            graph.redirect(node.name, graph.add_constant(value, node))
            changed.append(node.name)
    graph.prune()
    if changed:
        graph.nodes = optimize_graph(graph).nodes


def _has_open_target(graph: Graph, node: Node) -> bool:
    return node.op in TARGETS and graph.constant(node.inputs[TARGETS[node.op][0]]) is None


def _all_known(sizes: Shape | None) -> np.ndarray | None:
    return None if sizes is None or None in sizes else np.array(sizes, np.int32)


def _known_value(graph: Graph, node: Node, shapes: Shapes) -> np.ndarray | None:
    if node.op not in COMPUTED:
        return None
    value, shape = _all_known(sizes_of(graph, node.name, shapes)), shapes.of(node.name)
    if value is None or shape is None or None in shape:
        return None
    kind = tf.as_dtype(node.attr[COMPUTED[node.op]].type).as_numpy_dtype
    return value.astype(kind).reshape([size or 0 for size in shape])


def with_one_unknown(shape: Shape | None) -> np.ndarray | None:
    """Returns a shape as Reshape wants it, -1 for the unknown size, or None if that is not enough.

    A size of zero beside an unknown one cannot be told apart, so it is not enough either.
    """
    if shape is None or sum(size in (None, -1) for size in shape) > 1:
        return None
    if 0 in shape and (None in shape or -1 in shape):
        return None
    return np.array([-1 if size is None else size for size in shape], np.int32)
