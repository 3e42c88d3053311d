"""Brings every number to the types TF.js computes in: float32, int32, bool."""

from __future__ import annotations

import numpy as np
from tensorflow.core.framework import types_pb2

from automl.errors import ConversionError
from automl.export.tfjs.graph import Graph

TO_FLOAT = {types_pb2.DT_DOUBLE, types_pb2.DT_HALF, types_pb2.DT_BFLOAT16}
TO_INT = {
    types_pb2.DT_INT64,
    types_pb2.DT_UINT64,
    types_pb2.DT_UINT32,
    types_pb2.DT_INT16,
    types_pb2.DT_UINT16,
    types_pb2.DT_INT8,
    types_pb2.DT_UINT8,
}
KEPT = ("f", "i", "u", "b")
INT32 = np.iinfo(np.int32)


def narrow_types(graph: Graph) -> None:
    """Changes attributes and constants, and removes the casts that are then idle.

    Raises:
        ConversionError: If a constant holds text or complex numbers.
    """
    for node in graph.nodes.values():
        for attr in node.attr.values():
            if attr.WhichOneof("value") == "type":
                attr.type = narrow_type(attr.type)
            elif attr.HasField("list"):
                for index, kind in enumerate(attr.list.type):
                    attr.list.type[index] = narrow_type(kind)
        if node.value is not None:
            node.value = narrow_array(node.value, node.origin)
    for node in list(graph.nodes.values()):
        if node.op == "Cast" and node.attr["SrcT"].type == node.attr["DstT"].type:
            graph.redirect(node.name, node.inputs[0])
    graph.prune()


def narrow_type(kind: int) -> int:
    """Returns the TensorFlow type that TF.js uses for another."""
    if kind in TO_FLOAT:
        return int(types_pb2.DT_FLOAT)
    return int(types_pb2.DT_INT32) if kind in TO_INT else kind


def narrow_array(value: np.ndarray, origin: str) -> np.ndarray:
    """Returns a constant as float32, int32 or bool.

    Whole numbers beyond int32 are masks and "up to the end" marks: they are
    clipped, which keeps their meaning.
    """
    if value.dtype.kind == "V":  # bfloat16
        value = value.astype(np.float32)
    if value.dtype.kind not in KEPT:
        raise ConversionError(
            f"TF.js models hold float32, int32 and bool constants; {origin!r} is {value.dtype}:"
            " move this step into the preprocessing, before the model."
        )
    if value.dtype.kind == "f":
        with np.errstate(over="ignore"):
            return value.astype(np.float32)
    if value.dtype.kind == "b":
        return value
    return np.asarray(np.clip(value, INT32.min, INT32.max), np.int32)
