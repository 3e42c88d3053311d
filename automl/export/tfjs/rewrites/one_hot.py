"""OneHot, which is silently wrong on TF.js' wasm backend, as a comparison."""

from __future__ import annotations

import numpy as np
from tensorflow.python.framework import dtypes

from automl.errors import ConversionError
from automl.export.tfjs.graph import Graph, Node, attribute


def rewrite_one_hot(graph: Graph) -> None:
    """Writes one_hot(i) as off + (on - off) * (i == 0, 1, 2, ...).

    Raises:
        ConversionError: If the depth or the values are computed by the model.
    """
    for node in [n for n in graph.nodes.values() if n.op == "OneHot"]:
        depth, on, off = (graph.constant(ref) for ref in node.inputs[1:4])
        axis = int(node.attr["axis"].i)
        if depth is None or on is None or off is None or axis != -1:
            raise ConversionError(
                f"OneHot at {node.origin!r} needs a constant depth and the last axis in TF.js."
            )
        new = _compare(graph, node, int(depth))
        new = _scale(graph, new, np.asarray(on - off), np.asarray(off))
        graph.redirect(node.name, new.name)
    graph.prune()


def _compare(graph: Graph, node: Node, depth: int) -> Node:
    index = attribute(np.int32)
    if "TI" in node.attr:
        index = node.attr["TI"]
    last = graph.add_constant(np.array(-1, np.int32), node)
    kind = dtypes.as_dtype(index.type).as_numpy_dtype
    classes = graph.add_constant(np.arange(depth, dtype=kind), node)
    column = graph.add("ExpandDims", [node.inputs[0], last], node, {"T": index}, Tdim=np.int32)
    same = graph.add("Equal", [column.name, classes], node, {"T": index})
    return graph.add("Cast", [same.name], node, {"DstT": node.attr["T"]}, SrcT=np.bool_)


def _scale(graph: Graph, node: Node, span: np.ndarray, off: np.ndarray) -> Node:
    kind = {"T": node.attr["DstT"]}
    if span != 1:
        node = graph.add("Mul", [node.name, graph.add_constant(span, node)], node, kind)
    if off != 0:
        node = graph.add("AddV2", [node.name, graph.add_constant(off, node)], node, kind)
    return node
