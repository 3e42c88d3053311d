"""Grouped convolutions, which TF.js lacks."""

from __future__ import annotations

import numpy as np

from automl.export.tfjs.graph import Graph, Node, attribute
from automl.export.tfjs.shapes import infer_shapes

#: Marks a convolution on its way from `mark_groups` to `split_groups`.
GROUPS = "_groups"


def mark_groups(graph: Graph) -> None:
    """Notes the number of groups while shapes are known, and makes depthwise what is depthwise."""
    convolutions = [n for n in graph.nodes.values() if n.op == "Conv2D"]
    if not convolutions:
        return
    shapes = infer_shapes(graph)
    for node in convolutions:
        images, kernel = shapes.of(node.inputs[0]), graph.constant(node.inputs[1])
        if images is None or images[-1] is None or kernel is None:
            continue
        groups = int(images[-1]) // int(kernel.shape[2])
        if groups > 1 and kernel.shape[2] == 1:
            graph.redirect(node.name, _depthwise(graph, node, kernel, groups).name)
        elif groups > 1:
            node.attr[GROUPS] = attribute(groups)
    graph.prune()


def split_groups(graph: Graph) -> None:
    """Writes a grouped convolution, its bias and activation included, as one per group."""
    for node in [n for n in graph.nodes.values() if GROUPS in n.attr]:
        groups = int(node.attr.pop(GROUPS).i)
        graph.redirect(node.name, _split(graph, node, groups).name)
    graph.prune()


def _depthwise(graph: Graph, node: Node, kernel: np.ndarray, groups: int) -> Node:
    height, width, _, outputs = kernel.shape
    # [h, w, 1, groups * multiplier] holds the outputs of one channel side by side.
    depthwise = kernel.reshape(height, width, groups, outputs // groups)
    inputs = [node.inputs[0], graph.add_constant(depthwise, node)]
    attr = {k: v for k, v in node.attr.items() if k != "use_cudnn_on_gpu"}
    return graph.add("DepthwiseConv2dNative", inputs, node, attr)


def _split(graph: Graph, node: Node, groups: int) -> Node:
    kind = {"T": node.attr["T"]}
    axis = graph.add_constant(np.array(3, np.int32), node)
    images = graph.add("Split", [axis, node.inputs[0]], node, kind, num_split=groups)
    # The kernel, and the bias where there is one, have the output channels last.
    constants = [np.asarray(graph.constant(ref)) for ref in node.inputs[1:]]
    results = []
    for index in range(groups):
        parts = [np.split(value, groups, axis=-1)[index] for value in constants]
        inputs = [f"{images.name}:{index}" if index else images.name]
        inputs += [graph.add_constant(part, node) for part in parts]
        results.append(graph.add(node.op, inputs, node, node.attr).name)
    return graph.add("ConcatV2", [*results, axis], node, kind, Tidx=np.int32, N=groups)
