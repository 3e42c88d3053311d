"""The operations of a model, gathered as a person would draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import keras

#: Layers that belong to the one before them: they change values, not what the network is.
FOLLOWERS = (
    "Activation", "AlphaDropout", "BatchNormalization", "Dropout", "ELU", "GaussianNoise",
    "GroupNormalization", "LayerNormalization", "LeakyReLU", "PReLU", "ReLU",
    "RMSNormalization", "Reshape", "Softmax", "SpatialDropout1D", "SpatialDropout2D",
    "ZeroPadding1D", "ZeroPadding2D", "Cropping1D", "Cropping2D", "GaussianDropout",
)  # fmt: skip
TIMES = "\N{MULTIPLICATION SIGN}"
SIGNS = {
    "Add": "+",
    "Multiply": TIMES,
    "Concatenate": "\N{DOUBLE VERTICAL LINE}",
    "Subtract": "\N{MINUS SIGN}",
}


@dataclass
class Node:
    """Operations that are shown as one.

    Attributes:
        operations: In the order in which they are done.
        parents: Names of the nodes that it reads.
    """

    operations: list[Any]
    parents: list[str]

    @property
    def last(self) -> Any:
        """The operation whose result the others read."""
        return self.operations[-1]

    @property
    def is_layer(self) -> bool:
        """Whether a layer is among them."""
        return any(isinstance(each, keras.layers.Layer) for each in self.operations)


def gathered(model: Any) -> dict[str, Node]:
    """Returns a functional model's nodes by name, parents before children.

    Calculations that are no layers are gathered with their neighbours, what
    only finds out where padding is goes, and normalizations, activations and
    dropout stand in the node of the layer before them.
    """
    nodes = _nodes(model)
    _drop_mask(nodes)
    _gather_calculations(nodes)
    _gather_attention(nodes)
    _gather_followers(nodes)
    return _ordered(nodes)


def _nodes(model: Any) -> dict[str, Node]:
    nodes: dict[str, Node] = {}
    for operation in model.operations:
        parents = [
            tensor._keras_history.operation.name
            for node in operation._inbound_nodes
            for tensor in node.input_tensors
            if tensor._keras_history.operation.name in nodes
        ]
        nodes[operation.name] = Node([operation], list(dict.fromkeys(parents)))
    return nodes


def _drop_mask(nodes: dict[str, Node]) -> None:
    """Removes what is computed of the places of padding alone."""
    mask: set[str] = set()
    for name, node in nodes.items():
        begins = kind_of(node.last) == "NotEqual"
        if begins or (node.parents and all(parent in mask for parent in node.parents)):
            mask.add(name)
    for name in mask:
        del nodes[name]
    for node in nodes.values():
        if any(parent in mask for parent in node.parents):
            node.parents = [parent for parent in node.parents if parent not in mask]


def _gather_calculations(nodes: dict[str, Node]) -> None:
    """Joins each operation that is no layer with those of its parents that are none either."""
    for name in list(nodes):
        node = nodes[name]
        if node.is_layer:
            continue
        for parent in list(node.parents):
            joinable = parent in nodes and not nodes[parent].is_layer
            if joinable and not _leads_around(nodes, parent, name):
                _absorb(nodes, name, parent)


def _leads_around(nodes: dict[str, Node], begin: str, end: str) -> bool:
    """Returns whether `end` reads `begin` through others too: joined, it would read itself."""
    waiting = [child for child in _children(nodes, begin) if child != end]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name == end:
            return True
        if name not in seen:
            seen.add(name)
            waiting += _children(nodes, name)
    return False


def _gather_attention(nodes: dict[str, Node]) -> None:
    """Puts queries, keys and values into the box of the products they are made for."""
    for name in list(nodes):
        node = nodes.get(name)
        if node is None or not _is_product(node):
            continue
        for parent in list(node.parents):
            _absorb_scores(nodes, name, parent)
        for parent in list(node.parents):
            feeds = _children(nodes, parent)
            if feeds == [name] and kind_of(nodes[parent].last) in (
                "Dense",
                "EinsumDense",
                "Reshape",
            ):
                _absorb(nodes, name, parent)
        for parent in list(node.parents):
            if kind_of(nodes[parent].last) == "Dense" and _children(nodes, parent) == [name]:
                _absorb(nodes, name, parent)


def _absorb_scores(nodes: dict[str, Node], name: str, parent: str) -> None:
    """Joins the product with values with that of queries and keys, a softmax before it."""
    path = [parent]
    while kind_of(nodes[path[-1]].last) in ("Softmax", "Activation", "Dropout"):
        if len(nodes[path[-1]].parents) != 1:
            return
        path += nodes[path[-1]].parents
    if len(path) > 1 and _is_product(nodes[path[-1]]):
        for each in path:
            _absorb(nodes, name, each)


def _is_product(node: Node) -> bool:
    return any(kind_of(each) in ("Matmul", "Einsum") for each in node.operations)


def _gather_followers(nodes: dict[str, Node]) -> None:
    for name in list(nodes):
        node = nodes.get(name)
        if node is None or len(node.parents) != 1:
            continue
        (parent,) = node.parents
        weightless = not node.is_layer and not is_attention(node)
        follows = kind_of(node.operations[0]) in FOLLOWERS or weightless
        ends = name == next(reversed(nodes)) or kind_of(nodes[parent].last) == "InputLayer"
        sign = kind_of(nodes[parent].operations[0]) in SIGNS and len(nodes[parent].parents) > 1
        if follows and not ends and not sign and _children(nodes, parent) == [name]:
            nodes[parent].operations += node.operations
            for child in nodes.values():
                child.parents = [parent if each == name else each for each in child.parents]
            del nodes[name]


def _absorb(nodes: dict[str, Node], name: str, other: str) -> None:
    """Moves what `other` holds into `name`; who read `other` reads `name`."""
    taken, node = nodes.pop(other), nodes[name]
    node.operations = [*taken.operations, *node.operations]
    kept = [parent for parent in node.parents if parent != other]
    node.parents = list(dict.fromkeys([*taken.parents, *kept]))
    for child in nodes.values():
        if child is not node and other in child.parents:
            child.parents = list(
                dict.fromkeys(name if each == other else each for each in child.parents)
            )


def _children(nodes: dict[str, Node], name: str) -> list[str]:
    return [child for child, node in nodes.items() if name in node.parents]


def _ordered(nodes: dict[str, Node]) -> dict[str, Node]:
    """Returns the nodes with parents before children; gathering may have mixed them up."""
    done: dict[str, Node] = {}
    left = dict(nodes)
    while left:
        ready = [n for n, node in left.items() if all(p not in left for p in node.parents)]
        for name in ready or list(left):
            done[name] = left.pop(name)
    return done


def kind_of(operation: Any) -> str:
    """Returns the name of an operation's class."""
    return type(operation).__name__


def is_attention(node: Node) -> bool:
    """Returns whether a node computes attention."""
    return _is_product(node) and any(kind_of(each) == "Softmax" for each in node.operations)
