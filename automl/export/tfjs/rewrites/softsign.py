"""Softsign, which TF.js lacks, by its definition."""

from __future__ import annotations

import numpy as np

from automl.export.tfjs.graph import Graph


def rewrite_softsign(graph: Graph) -> None:
    """Writes softsign(x) as x / (1 + |x|)."""
    for node in [n for n in graph.nodes.values() if n.op == "Softsign"]:
        kind = {"T": node.attr["T"]}
        one = graph.add_constant(np.array(1, np.float32), node)
        size = graph.add("Abs", node.inputs, node, kind)
        divisor = graph.add("AddV2", [one, size.name], node, kind)
        new = graph.add("RealDiv", [node.inputs[0], divisor.name], node, kind)
        graph.redirect(node.name, new.name)
    graph.prune()
