"""The names, types and shapes that a user of the file sees."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf
from tensorflow.core.framework import types_pb2

from automl.export.tfjs.graph import Graph
from automl.export.tfjs.rewrites.dtypes import narrow_type


def signature(graph: Graph, model: keras.Model) -> dict[str, Any]:
    """Returns the ``signature`` of a model.json.

    Args:
        graph: The final graph, inputs and outputs under their public names.
        model: The Keras model, for types and shapes.
    """
    return {
        "inputs": dict(zip(graph.inputs, map(_info, graph.inputs, model.inputs), strict=True)),
        "outputs": dict(zip(graph.outputs, map(_info, graph.outputs, model.outputs), strict=True)),
    }


def _info(name: str, tensor: Any) -> dict[str, Any]:
    kind = narrow_type(tf.as_dtype(tensor.dtype).as_datatype_enum)
    sizes = [-1, *(-1 if size is None else int(size) for size in tensor.shape[1:])]
    return {
        "name": f"{name}:0",
        "dtype": str(types_pb2.DataType.Name(kind)),
        "tensorShape": {"dim": [{"size": str(size)} for size in sizes]},
    }
