"""Moves reshapes and the like below the arithmetic that follows a matrix product.

A Dense layer on an image is Reshape -> MatMul -> Reshape -> Add -> Relu: with
the second Reshape last, the product, the bias and the activation can fuse.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from automl.export.tfjs.graph import Graph, Node
from automl.export.tfjs.rewrites.channels import channel_vector
from automl.export.tfjs.shapes import Shapes, infer_shapes

PRODUCTS = ("Conv2D", "DepthwiseConv2dNative", "MatMul")
MOVES = ("Squeeze", "Reshape", "BatchToSpaceND")
ACTIVATIONS = ("Relu", "Relu6", "Elu", "Sigmoid", "LeakyRelu")
PER_CHANNEL = ("Mul", "AddV2", "Add", "BiasAdd", "Sub")


def sink_moves(graph: Graph) -> None:
    """Swaps a move with what follows it for as long as that is arithmetic per channel."""
    if not any(node.op in MOVES for node in graph.nodes.values()):
        return
    shapes, users = infer_shapes(graph), graph.consumers()
    for node in [n for n in graph.nodes.values() if n.op in PRODUCTS]:
        move = graph.single_consumer(node, users)
        if move is None or move.op not in MOVES or not _keeps_channels(node, move, shapes):
            continue
        channels = (shapes.of(node.name) or (None,))[-1]
        if channels is not None and move.inputs[0] == node.name:
            _sink(graph, node, move, int(channels), users)
    graph.prune()


def _keeps_channels(node: Node, move: Node, shapes: Shapes) -> bool:
    before, after = shapes.of(node.name), shapes.of(move.name)
    return bool(before and after and len(after) > 1 and before[-1] == after[-1])


def _sink(
    graph: Graph, node: Node, move: Node, channels: int, users: Mapping[str, list[Node]]
) -> None:
    follower = graph.single_consumer(move, users)
    above = node.name
    while follower is not None and _moves_past(graph, follower, move, channels):
        for index, ref in enumerate(follower.inputs):
            if graph.constant(ref) is None:
                follower.inputs[index] = above
            else:
                vector = channel_vector(graph.constant(ref))
                follower.inputs[index] = graph.add_constant(np.array(vector), follower)
        users_of = list(users[follower.name])
        was_output = graph.is_output(follower)
        graph.redirect(follower.name, move.name)
        move.inputs[0] = above = follower.name
        if was_output or len(users_of) != 1:
            return
        follower = users_of[0]


def _moves_past(graph: Graph, follower: Node, move: Node, channels: int) -> bool:
    if follower.op in ACTIVATIONS:
        return True
    if follower.op not in PER_CHANNEL or len(follower.inputs) != 2:
        return False
    constants = [graph.constant(ref) for ref in follower.inputs]
    if sum(value is None for value in constants) != 1:
        return False
    if follower.op in ("Sub", "BiasAdd") and constants[1] is None:
        return False
    value = constants[0] if constants[0] is not None else constants[1]
    return channel_vector(value, channels) is not None
