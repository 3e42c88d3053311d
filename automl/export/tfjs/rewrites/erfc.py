"""Erfc, which TF.js lacks, through Erf."""

from __future__ import annotations

import numpy as np

from automl.export.tfjs.graph import Graph, Node


def rewrite_erfc(graph: Graph) -> None:
    """Writes erfc(y) as 1 - erf(y), and erfc(-x * c), as GELU has it, as 1 + erf(x * c)."""
    for node in [n for n in graph.nodes.values() if n.op == "Erfc"]:
        one = graph.add_constant(np.array(1, np.float32), node)
        positive = _negated(graph, node.inputs[0])
        if positive is None:
            erf = graph.add("Erf", node.inputs, node, {"T": node.attr["T"]})
            new = graph.add("Sub", [one, erf.name], node, {"T": node.attr["T"]})
        else:
            erf = graph.add("Erf", [positive], node, {"T": node.attr["T"]})
            new = graph.add("AddV2", [one, erf.name], node, {"T": node.attr["T"]})
        graph.redirect(node.name, new.name)
    graph.prune()


def _negated(graph: Graph, ref: str) -> str | None:
    """Returns x * c where the reference is Neg(x) * c with a constant c."""
    product = graph.node(ref)
    if product.op != "Mul":
        return None
    for index in (0, 1):
        inner, factor = graph.node(product.inputs[index]), product.inputs[1 - index]
        if inner.op == "Neg" and graph.constant(factor) is not None:
            new: Node = graph.add("Mul", [inner.inputs[0], factor], product, product.attr)
            return new.name
    return None
