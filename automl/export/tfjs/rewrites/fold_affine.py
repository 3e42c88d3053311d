"""Folds scaling and shifting that follow a matrix product into its weights and one bias."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from automl.export.tfjs.graph import Graph, Node
from automl.export.tfjs.rewrites.channels import channel_vector
from automl.export.tfjs.rewrites.sink_moves import PRODUCTS

SHIFTS = ("AddV2", "Add", "BiasAdd")


@dataclass
class Affine:
    """y = product * scale + shift, in double precision until it is written."""

    scale: np.ndarray
    shift: np.ndarray
    last: Node

    def absorb(self, follower: Node, vector: np.ndarray) -> None:
        """Applies one more node of the chain."""
        if follower.op == "Mul":
            self.scale, self.shift = self.scale * vector, self.shift * vector
        else:
            self.shift = self.shift + (-vector if follower.op == "Sub" else vector)
        self.last = follower


def fold_affine(graph: Graph) -> None:
    """Folds batch normalization, biases and constant factors after convolutions and Dense."""
    users = graph.consumers()
    for node in [n for n in graph.nodes.values() if n.op in PRODUCTS]:
        kernel = graph.constant(node.inputs[1])
        if kernel is not None and len(users[node.inputs[1]]) == 1:
            _fold(graph, node, kernel, users)
    graph.prune()


def _fold(graph: Graph, node: Node, kernel: np.ndarray, users: Mapping[str, list[Node]]) -> None:
    channels = _channels(node, kernel)
    affine = Affine(np.ones(channels), np.zeros(channels), node)
    follower = graph.single_consumer(node, users)
    while follower is not None:
        vector = _vector(graph, follower, affine.last, channels)
        if vector is None:
            break
        affine.absorb(follower, vector.astype(np.float64))
        follower = graph.single_consumer(follower, users)
    if affine.last is not node:
        _write(graph, node, kernel, affine)


def _channels(node: Node, kernel: np.ndarray) -> int:
    if node.op == "DepthwiseConv2dNative":
        return int(kernel.shape[2] * kernel.shape[3])
    if node.op == "MatMul" and node.flag("transpose_b"):
        return int(kernel.shape[0])
    return int(kernel.shape[-1])


def _vector(graph: Graph, follower: Node, last: Node, channels: int) -> np.ndarray | None:
    if follower.op not in (*SHIFTS, "Mul", "Sub") or len(follower.inputs) != 2:
        return None
    index = follower.inputs.index(last.name)
    if follower.op == "Sub" and index == 1:
        return None
    value = graph.constant(follower.inputs[1 - index])
    if value is None or not np.isfinite(value).all():
        return None
    return channel_vector(value, channels)


def _write(graph: Graph, node: Node, kernel: np.ndarray, affine: Affine) -> None:
    if (affine.scale != 1).any():
        scaled = _scaled(node, kernel.astype(np.float64), affine.scale).astype(np.float32)
        node.inputs[1] = graph.add_constant(scaled, node)
    result = node.name
    if affine.shift.any():
        bias = graph.add_constant(affine.shift.astype(np.float32), affine.last)
        attr = {"T": node.attr["T"]}
        result = graph.add("BiasAdd", [node.name, bias], affine.last, attr, data_format="NHWC").name
    graph.redirect(affine.last.name, result)


def _scaled(node: Node, kernel: np.ndarray, scale: np.ndarray) -> np.ndarray:
    if node.op == "DepthwiseConv2dNative":
        scale = scale.reshape(kernel.shape[2:])
    elif node.op == "MatMul" and node.flag("transpose_b"):
        scale = scale[:, None]
    return np.asarray(kernel * scale)
