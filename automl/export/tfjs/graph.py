"""The graph while it is rewritten: nodes by name, constants as arrays.

It holds what TensorFlow's GraphDef holds, minus control edges (an inference
graph has no effects to order), plus the way back and forth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from tensorflow.core.framework import attr_value_pb2, graph_pb2
from tensorflow.python.framework import dtypes, tensor_util, versions

AttrValue = attr_value_pb2.AttrValue

#: Version of the GraphDef format that is written.
PRODUCER = int(versions.GRAPH_DEF_VERSION)
#: Operators that hand their first input on unchanged.
PASS_THROUGH = frozenset({"Identity", "IdentityN", "StopGradient", "PreventGradient", "Snapshot"})


@dataclass(eq=False)
class Node:
    """One operator.

    Attributes:
        name: Unique name.
        op: TensorFlow operator.
        inputs: References, ``name`` for output 0 and ``name:i`` for output i.
        attr: TensorFlow attributes by name.
        value: The array of a `Const`, None for anything else.
        origin: The name TensorFlow gave, which holds the Keras layer's name.
    """

    name: str
    op: str
    inputs: list[str]
    attr: dict[str, Any] = field(default_factory=dict)
    value: np.ndarray | None = None
    origin: str = ""

    def ints(self, name: str) -> list[int]:
        """Returns a list-of-integers attribute, empty where absent."""
        return [int(i) for i in self.attr[name].list.i] if name in self.attr else []

    def text(self, name: str) -> str:
        """Returns a string attribute, empty where absent."""
        return self.attr[name].s.decode() if name in self.attr else ""

    def flag(self, name: str) -> bool:
        """Returns a boolean attribute, False where absent."""
        return bool(self.attr[name].b) if name in self.attr else False


def split_ref(ref: str) -> tuple[str, int]:
    """Splits a reference into the node's name and the output's index."""
    name, _, index = ref.partition(":")
    return name, int(index or 0)


class Graph:
    """An inference graph that passes change in place."""

    def __init__(
        self, nodes: Iterable[Node], inputs: Sequence[str], outputs: Sequence[str]
    ) -> None:
        """Takes the nodes, the names of the placeholders, the references of the results."""
        self.nodes = {node.name: node for node in nodes}
        self.inputs = list(inputs)
        self.outputs = list(outputs)

    @classmethod
    def from_graph_def(cls, graph_def: Any, inputs: Sequence[str], outputs: Sequence[str]) -> Graph:
        """Reads a GraphDef and drops what no output needs."""
        graph = cls((_read_node(n) for n in graph_def.node), inputs, outputs)
        graph.prune()
        return graph

    def to_graph_def(self) -> Any:
        """Returns the graph as a GraphDef that TensorFlow can load."""
        graph_def = graph_pb2.GraphDef()
        graph_def.versions.producer = PRODUCER
        for node in self.nodes.values():
            _write_node(node, graph_def.node.add())
        return graph_def

    def node(self, ref: str) -> Node:
        """Returns the node that produces a reference."""
        return self.nodes[split_ref(ref)[0]]

    def constant(self, ref: str) -> np.ndarray | None:
        """Returns the value of a reference to a constant, or None."""
        return self.node(ref).value

    def add(
        self,
        op: str,
        inputs: Sequence[str],
        like: Node,
        attr: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Node:
        """Adds a node named after the one it replaces or follows.

        Args:
            op: TensorFlow operator.
            inputs: References.
            like: The node whose name and origin the new one carries on.
            attr: Attributes to copy as they are.
            **values: Further attributes as Python values.
        """
        node = Node(self._fresh(f"{like.name}/{op}"), op, list(inputs), dict(attr or {}))
        node.attr.update({key: attribute(value) for key, value in values.items()})
        node.origin = like.origin
        self.nodes[node.name] = node
        return node

    def add_constant(self, value: np.ndarray, like: Node) -> str:
        """Adds a constant and returns its reference."""
        node = Node(self._fresh(f"{like.name}/Const"), "Const", [], {}, np.asarray(value))
        node.origin = like.origin
        self.nodes[node.name] = node
        return node.name

    def consumers(self) -> dict[str, list[Node]]:
        """Returns the users of every node, one entry per use, by the node's name."""
        users: dict[str, list[Node]] = {name: [] for name in self.nodes}
        for node in self.nodes.values():
            for ref in node.inputs:
                users[split_ref(ref)[0]].append(node)
        return users

    def single_consumer(self, node: Node, users: Mapping[str, list[Node]]) -> Node | None:
        """Returns the only user of a node that is no output itself, or None."""
        if len(users[node.name]) != 1 or self.is_output(node):
            return None
        return users[node.name][0]

    def is_output(self, node: Node) -> bool:
        """Tells whether one of the node's results is a result of the model."""
        return any(split_ref(ref)[0] == node.name for ref in self.outputs)

    def redirect(self, old: str, new: str) -> None:
        """Makes every user of one reference use another."""
        for node in self.nodes.values():
            node.inputs = [new if ref == old else ref for ref in node.inputs]
        self.outputs = [new if ref == old else ref for ref in self.outputs]

    def prune(self) -> None:
        """Drops what no output needs and sorts the rest, inputs first."""
        ordered: dict[str, Node] = {}
        for name in self.inputs:
            ordered[name] = self.nodes[name]
        for ref in self.outputs:
            self._visit(split_ref(ref)[0], ordered)
        self.nodes = ordered

    def _visit(self, root: str, ordered: dict[str, Node]) -> None:
        stack = [(root, False)]
        while stack:
            name, ready = stack.pop()
            if name in ordered:
                continue
            node = self.nodes[name]
            if ready:
                ordered[name] = node
                continue
            stack.append((name, True))
            stack.extend((split_ref(ref)[0], False) for ref in reversed(node.inputs))

    def _fresh(self, name: str) -> str:
        base = name.replace(":", "_")
        fresh, number = base, 1
        while fresh in self.nodes:
            fresh, number = f"{base}_{number}", number + 1
        return fresh


def attribute(value: Any) -> Any:
    """Returns a Python value as a TensorFlow attribute.

    Booleans, integers, floats, strings, NumPy types and flat lists of
    integers or strings are understood.
    """
    attr = AttrValue()
    if isinstance(value, bool):
        attr.b = value
    elif isinstance(value, int):
        attr.i = value
    elif isinstance(value, float):
        attr.f = value
    elif isinstance(value, str):
        attr.s = value.encode()
    elif isinstance(value, (list, tuple)):
        _fill_list(attr.list, value)
    else:
        attr.type = data_type(value)
    return attr


def data_type(dtype: Any) -> int:
    """Returns the number TensorFlow gives to a NumPy type."""
    return int(dtypes.as_dtype(dtype).as_datatype_enum)


def _fill_list(target: Any, values: Sequence[Any]) -> None:
    target.SetInParent()
    if values and isinstance(values[0], str):
        target.s.extend(v.encode() for v in values)
    else:
        target.i.extend(int(v) for v in values)


def _read_node(proto: Any) -> Node:
    inputs = [_plain(ref) for ref in proto.input if not ref.startswith("^")]
    attr = {key: AttrValue.FromString(a.SerializeToString()) for key, a in proto.attr.items()}
    value = None
    if proto.op == "Const":
        value = tensor_util.MakeNdarray(attr.pop("value").tensor)
        attr.pop("dtype", None)
    return Node(proto.name, proto.op, inputs, attr, value, proto.name)


def _plain(ref: str) -> str:
    return ref.removesuffix(":0")


def _write_node(node: Node, proto: Any) -> None:
    proto.name, proto.op = node.name, node.op
    proto.input.extend(node.inputs)
    for key in sorted(node.attr):
        proto.attr[key].CopyFrom(node.attr[key])
    if node.value is not None:
        tensor = tensor_util.make_tensor_proto(node.value)
        proto.attr["dtype"].type = tensor.dtype
        proto.attr["value"].tensor.CopyFrom(tensor)
