"""The graph as the JSON that TF.js reads (GraphDef in protobuf's JSON form, without tensors)."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np
from tensorflow.core.framework import types_pb2

from automl.errors import ConversionError
from automl.export.tfjs.graph import PRODUCER, Graph, Node
from automl.export.tfjs.operators import operator_table

#: Oldest reader of the GraphDef format that understands what is written.
MIN_CONSUMER = 12


def topology(graph: Graph) -> dict[str, Any]:
    """Returns the ``modelTopology`` of a model.json."""
    nodes = [_node(node) for node in graph.nodes.values()]
    return {"node": nodes, "versions": {"producer": PRODUCER, "minConsumer": MIN_CONSUMER}}


def _node(node: Node) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": node.name, "op": node.op}
    if node.inputs:
        entry["input"] = node.inputs
    attr = {key: encode(node, key) for key in sorted(node.attr) if _is_read(node, key)}
    if attr:
        entry["attr"] = attr
    return entry


def _is_read(node: Node, key: str) -> bool:
    if node.op == "Placeholder":
        return key in ("dtype", "shape")
    read = operator_table()[node.op]
    return key in read and not _equals(node.attr[key], read[key])


def _equals(attr: Any, default: Any) -> bool:
    """Tells whether an attribute has the value TF.js takes where there is none."""
    kind = attr.WhichOneof("value")
    if kind == "s":
        return bool(attr.s.decode() == default)
    if kind == "list":
        values = [*attr.list.s, *attr.list.i, *attr.list.f]
        return isinstance(default, list) and values == default
    return kind in ("b", "i", "f") and default is not None and getattr(attr, kind) == default


def encode(node: Node, key: str) -> dict[str, Any]:
    """Returns one attribute in protobuf's JSON form: bytes in base64, int64 as text.

    Raises:
        ConversionError: If the value has no form that TF.js reads.
    """
    attr = node.attr[key]
    kind = attr.WhichOneof("value")
    if kind == "s":
        return {"s": _bytes(attr.s)}
    if kind == "i":
        return {"i": str(attr.i)}
    if kind == "f" and math.isfinite(attr.f):
        return {"f": _float(attr.f)}
    if kind == "b":
        return {"b": attr.b}
    if kind == "type":
        return {"type": _type(attr.type)}
    if kind == "shape":
        return {"shape": _shape(attr.shape)}
    if kind == "list":
        return {"list": _list(attr.list)}
    raise ConversionError(
        f"TF.js cannot read the attribute {key!r} of the operator {node.op!r} at {node.origin!r}."
    )


def _list(values: Any) -> dict[str, Any]:
    encoded = {
        "s": [_bytes(v) for v in values.s],
        "i": [str(v) for v in values.i],
        "f": [_float(v) for v in values.f],
        "b": list(values.b),
        "type": [_type(v) for v in values.type],
        "shape": [_shape(v) for v in values.shape],
    }
    return {key: value for key, value in encoded.items() if value}


def _bytes(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _float(value: float) -> float:
    # The shortest decimal that reads back as the same float32.
    return float(str(np.float32(value)))


def _type(value: int) -> str:
    return str(types_pb2.DataType.Name(value))


def _shape(shape: Any) -> dict[str, Any]:
    if shape.unknown_rank:
        return {"unknownRank": True}
    return {"dim": [{"size": str(dim.size)} for dim in shape.dim]}
