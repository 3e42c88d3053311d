"""Dilated convolutions as one operator."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl.export.tfjs.graph import Graph, Node, attribute

CONVOLUTIONS = ("Conv2D", "DepthwiseConv2dNative")


@dataclass(frozen=True)
class Dilated:
    """SpaceToBatchND -> [ExpandDims] -> convolution -> [Squeeze] -> BatchToSpaceND."""

    before: Node
    expand: Node | None
    convolution: Node
    squeeze: Node | None
    after: Node


def fold_dilation(graph: Graph) -> None:
    """Turns TensorFlow's detour around dilated convolutions into the dilation attribute.

    In one dimension the detour is taken outside of the two axes that a
    convolution over images adds and removes.
    """
    users = graph.consumers()
    for node in [n for n in graph.nodes.values() if n.op in CONVOLUTIONS]:
        found = _match(graph, node, users)
        if found is not None:
            _rewrite(graph, found)
    graph.prune()


def _match(graph: Graph, node: Node, users: dict[str, list[Node]]) -> Dilated | None:
    if node.text("padding") != "VALID" or max(node.ints("strides")) > 1:
        return None
    before, after = graph.node(node.inputs[0]), graph.single_consumer(node, users)
    expand = squeeze = None
    if before.op == "ExpandDims" and after is not None and after.op == "Squeeze":
        expand, squeeze = before, after
        before = graph.node(expand.inputs[0])
        after = graph.single_consumer(squeeze, users)
    if before.op != "SpaceToBatchND" or after is None or after.op != "BatchToSpaceND":
        return None
    return Dilated(before, expand, node, squeeze, after)


def _rewrite(graph: Graph, found: Dilated) -> None:
    node = found.convolution
    kernel = graph.constant(node.inputs[1])
    added = _added(graph, found)
    if kernel is None or added is None:
        return
    rates, padded = added
    mode = _mode(kernel.shape[:2], rates, padded)
    if mode is None:
        return
    source, result = found.before.inputs[0], found.after.name
    if found.expand is not None and found.squeeze is not None:
        expand = graph.add("ExpandDims", [source, found.expand.inputs[1]], node, found.expand.attr)
        source = expand.name
    attr = dict(node.attr) | {
        "dilations": attribute([1, *rates, 1]),
        "padding": attribute(mode),
    }
    new = graph.add(node.op, [source, node.inputs[1]], node, attr)
    if found.squeeze is not None:
        new = graph.add("Squeeze", [new.name], node, found.squeeze.attr)
    graph.redirect(result, new.name)


def _added(graph: Graph, found: Dilated) -> tuple[list[int], np.ndarray] | None:
    """Returns the two rates, and the zeros added at both ends less what is cropped there."""
    refs = (*found.before.inputs[1:], *found.after.inputs[1:])
    block, paddings, block_after, crops = (graph.constant(ref) for ref in refs)
    if block is None or paddings is None or block_after is None or crops is None:
        return None
    if block.tolist() != block_after.tolist() or crops[:, 0].any():
        return None
    rates, padded = block.tolist(), paddings - crops
    if found.expand is None:
        return (rates, padded) if len(rates) == 2 else None
    axis = graph.constant(found.expand.inputs[1])
    if len(rates) != 1 or axis is None or int(axis) not in (1, -3):
        return None
    return [1, *rates], np.concatenate([np.zeros((1, 2), padded.dtype), padded])


def _mode(kernel: tuple[int, ...], rates: list[int], padded: np.ndarray) -> str | None:
    if not padded.any():
        return "VALID"
    for size, rate, (start, end) in zip(kernel, rates, padded.tolist(), strict=True):
        total = (size - 1) * rate
        if start != total // 2 or end != total - total // 2:
            return None
    return "SAME"
