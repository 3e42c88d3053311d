"""One operator for a matrix product, its bias and its activation."""

from __future__ import annotations

from automl.export.tfjs.graph import Graph, Node, attribute

FUSED = {
    "Conv2D": "_FusedConv2D",
    "DepthwiseConv2dNative": "FusedDepthwiseConv2dNative",
    "MatMul": "_FusedMatMul",
}
ACTIVATIONS = ("Relu", "Relu6", "Elu", "Sigmoid")


def fuse(graph: Graph) -> None:
    """Fuses BiasAdd, and an activation after it, into the product before it."""
    users = graph.consumers()
    for node in [n for n in graph.nodes.values() if n.op in FUSED]:
        bias = graph.single_consumer(node, users)
        if bias is None or bias.op != "BiasAdd" or bias.inputs[0] != node.name:
            continue
        activation = graph.single_consumer(bias, users)
        if activation is not None and _fuses(node, activation):
            _replace(graph, node, bias, activation)
        else:
            _replace(graph, node, bias, None)
    graph.prune()


def _fuses(node: Node, activation: Node) -> bool:
    # TF.js reads no slope for depthwise convolutions.
    leaky = activation.op == "LeakyRelu" and node.op != "DepthwiseConv2dNative"
    return leaky or activation.op in ACTIVATIONS


def _replace(graph: Graph, node: Node, bias: Node, activation: Node | None) -> None:
    names, attr = ["BiasAdd"], dict(node.attr)
    if activation is not None:
        names.append(activation.op)
        if activation.op == "LeakyRelu":
            attr["leakyrelu_alpha"] = activation.attr["alpha"]
    attr |= {"fused_ops": attribute(names), "num_args": attribute(1)}
    last = activation or bias
    new = graph.add(FUSED[node.op], [*node.inputs, bias.inputs[1]], last, attr)
    graph.redirect(last.name, new.name)
