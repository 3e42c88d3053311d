"""PReLU as TF.js' own operator instead of four."""

from __future__ import annotations

import numpy as np

from automl.export.tfjs.graph import Graph, Node
from automl.export.tfjs.rewrites.channels import channel_vector


def fuse_prelu(graph: Graph) -> None:
    """Turns relu(x) + (-alpha) * relu(-x), one alpha per channel, into Prelu(x, alpha).

    With an alpha per pixel the wasm kernel would broadcast wrongly.
    """
    for node in [n for n in graph.nodes.values() if n.op in ("AddV2", "Add", "Sub")]:
        pairs = [node.inputs] if node.op == "Sub" else [node.inputs, node.inputs[::-1]]
        for positive, negative in pairs:
            found = _match(graph, graph.node(positive), graph.node(negative))
            if found is not None:
                source, slope = found
                alpha = slope if node.op == "Sub" else -slope
                inputs = [source, graph.add_constant(alpha, node)]
                graph.redirect(node.name, graph.add("Prelu", inputs, node).name)
                break
    graph.prune()


def _match(graph: Graph, positive: Node, product: Node) -> tuple[str, np.ndarray] | None:
    if positive.op != "Relu" or product.op != "Mul":
        return None
    for index in (0, 1):
        slope = channel_vector(graph.constant(product.inputs[index]))
        relu = graph.node(product.inputs[1 - index])
        if slope is None or relu.op != "Relu":
            continue
        negated = graph.node(relu.inputs[0])
        if negated.op == "Neg" and negated.inputs[0] == positive.inputs[0]:
            return positive.inputs[0], slope
    return None
