"""Removes nodes that hand their input on unchanged."""

from __future__ import annotations

import numpy as np

from automl.export.tfjs.graph import PASS_THROUGH, Graph, Node, split_ref

NEUTRAL = {"Mul": 1.0, "AddV2": 0.0, "Add": 0.0, "Sub": 0.0, "RealDiv": 1.0}
COMMUTATIVE = ("Mul", "AddV2", "Add")


def remove_pass_through(graph: Graph) -> None:
    """Removes identities, and arithmetic with a scalar that changes nothing."""
    sources: dict[str, str] = {}
    for node in graph.nodes.values():
        source = _source(graph, node)
        if source is not None:
            sources[node.name] = source
    for node in list(graph.nodes.values()):
        node.inputs = [_follow(graph, ref, sources) for ref in node.inputs]
    # What the model returns keeps a node of its own: `rename` sees to it.
    graph.outputs = [_follow(graph, ref, sources) for ref in graph.outputs]
    graph.prune()


def _follow(graph: Graph, ref: str, sources: dict[str, str]) -> str:
    name, index = split_ref(ref)
    while name in sources:
        # An IdentityN maps output i to input i.
        ref = graph.nodes[name].inputs[index] if index else sources[name]
        name, index = split_ref(ref)
    return ref


def _source(graph: Graph, node: Node) -> str | None:
    if node.op in PASS_THROUGH:
        return node.inputs[0]
    neutral = NEUTRAL.get(node.op)
    if neutral is None:
        return None
    if _is_scalar(graph.constant(node.inputs[1]), neutral):
        return node.inputs[0]
    if node.op in COMMUTATIVE and _is_scalar(graph.constant(node.inputs[0]), neutral):
        return node.inputs[1]
    return None


def _is_scalar(value: np.ndarray | None, wanted: float) -> bool:
    # A scalar cannot change the other operand's shape; [1, 1, 1] can.
    return value is not None and value.shape == () and bool(value == wanted)
