"""Short names: every one is written several times in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from automl.export.tfjs.graph import Graph, Node, split_ref

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = LETTERS + "0123456789"


def rename(graph: Graph, inputs: list[str], outputs: list[str]) -> None:
    """Gives inputs and outputs their public names and everything else a short one.

    Every output gets an Identity of its own, so that its name is free to choose
    and two outputs may be the same tensor.

    Args:
        graph: The graph, sorted; changed in place.
        inputs: Names of the model's inputs, in order.
        outputs: Names of the model's outputs, in order.
    """
    taken: set[str] = set()
    names = {node: _unique(name, taken) for node, name in zip(graph.inputs, inputs, strict=True)}
    results = [_unique(name, taken) for name in outputs]
    short = _short_names(taken)
    for name in graph.nodes:
        if name not in names:
            names[name] = next(short)
    ends = [
        Node(result, "Identity", [_renamed(ref, names)], origin=graph.node(ref).origin)
        for ref, result in zip(graph.outputs, results, strict=True)
    ]
    for node in graph.nodes.values():
        node.inputs = [_renamed(ref, names) for ref in node.inputs]
        node.name = names[node.name]
    graph.nodes = {node.name: node for node in [*graph.nodes.values(), *ends]}
    graph.inputs = [names[name] for name in graph.inputs]
    graph.outputs = results


def _renamed(ref: str, names: dict[str, str]) -> str:
    name, index = split_ref(ref)
    return f"{names[name]}:{index}" if index else names[name]


def _unique(name: str, taken: set[str]) -> str:
    # TF.js reads "a:1" as output 1 of a and "^a" as a control edge.
    clean = re.sub(r"[^A-Za-z0-9_./ -]", "_", name) or "tensor"
    unique, number = clean, 1
    while unique in taken:
        unique, number = f"{clean}_{number}", number + 1
    taken.add(unique)
    return unique


def _short_names(taken: set[str]) -> Iterator[str]:
    """Yields a, b, ..., z, aa, ab, ..., a9, ba, ....

    They start with a letter, because JavaScript sorts keys that are numbers.
    """
    level = list(LETTERS)
    while True:
        yield from (name for name in level if name not in taken)
        level = [name + digit for name in level for digit in DIGITS]
