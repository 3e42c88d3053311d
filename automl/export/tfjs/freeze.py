"""From a Keras model to a graph with its weights as constants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2,
)

from automl.errors import ConversionError
from automl.export.graph_defs import without_call_marks
from automl.export.structure import nested
from automl.export.tfjs.graph import Graph
from automl.export.tfjs.optimize import optimize

#: What tracing, freezing and grappler raise on a model that is no plain graph.
FREEZING_ERRORS = (ValueError, TypeError, NotImplementedError, KeyError, tf.errors.OpError)

#: Steps of all recurrent layers together that are unrolled. The search stays far
#: below; at this many, one call takes about 150 ms on wasm.
MOST_STEPS = 1024
#: What a step of a GRU takes, the costliest layer.
NODES_PER_STEP, BYTES_PER_STEP = 21, 1300


def freeze(model: keras.Model) -> Graph:
    """Traces a model at an open batch size and freezes its weights.

    Args:
        model: A built Keras model; its inputs keep their order.

    Returns:
        The graph, optimized by grappler.

    Raises:
        ConversionError: If a recurrent layer has no fixed number of steps, or
            TensorFlow cannot make a graph of the model.
    """
    if not getattr(model, "inputs", None):
        raise ConversionError(
            "TF.js export needs a functional or sequential model that is built, so that its inputs"
            f" are known; {model.name!r} has none."
        )
    try:
        return _freeze(model)
    except FREEZING_ERRORS as error:
        detail = str(error).strip().splitlines() or [type(error).__name__]
        raise ConversionError(
            f"TensorFlow cannot freeze the model {model.name!r} for TF.js ({detail[0][:200]}): keep"
            " lookup tables and Python code out of it, in the preprocessing."
        ) from error


def _freeze(model: keras.Model) -> Graph:
    specs = [
        tf.TensorSpec([None, *tensor.shape[1:]], tensor.dtype, name=f"input_{index}")
        for index, tensor in enumerate(model.inputs)
    ]

    def call(*tensors: Any) -> list[Any]:
        return list(keras.tree.flatten(model(nested(model, tensors), training=False)))

    with unrolled(model):
        function = tf.function(call, input_signature=specs, autograph=False)
        concrete = function.get_concrete_function()
    frozen = convert_variables_to_constants_v2(
        concrete, lower_control_flow=True, aggressive_inlining=True
    )
    graph_def = without_call_marks(frozen.graph.as_graph_def())
    inputs = [tensor.op.name for tensor in frozen.inputs]
    if len(inputs) != len(specs):
        raise ConversionError(
            f"TF.js holds no lookup tables, and the model {model.name!r} has one: keep its lookup"
            " and text layers in the preprocessing, before the model."
        )
    outputs = [tensor.op.name for tensor in frozen.outputs]
    return Graph.from_graph_def(optimize(graph_def, inputs, outputs), inputs, outputs)


@contextmanager
def unrolled(model: keras.Model) -> Iterator[None]:
    """Unrolls the recurrent layers for as long as the context lasts.

    TF.js runs no while loop reliably.

    Raises:
        ConversionError: If a layer has no fixed number of steps, or all have more
            than `MOST_STEPS`.
    """
    changed: list[tuple[Any, str, Any]] = []
    layers = [
        layer
        for layer in model._flatten_layers()
        if isinstance(getattr(layer, "unroll", None), bool)
    ]
    _check_cost({layer.name: _steps(layer) for layer in layers})
    try:
        for layer in layers:
            for name, value in (("unroll", True), ("use_cudnn", False)):
                if hasattr(layer, name):
                    changed.append((layer, name, getattr(layer, name)))
                    setattr(layer, name, value)
        yield
    finally:
        for layer, name, value in changed:
            setattr(layer, name, value)


def _steps(layer: Any) -> int:
    """Returns how many steps a recurrent layer takes, 0 if it was never built."""
    shape = getattr(layer, "_build_shapes_dict", None) or {}
    for value in shape.values():
        if isinstance(value, (tuple, list)) and len(value) > 1:
            if value[1] is None:
                raise ConversionError(
                    f"A recurrent layer needs a fixed number of steps in TF.js, and {layer.name!r}"
                    f" has the input shape {tuple(value)}: build the model with a fixed sequence"
                    " length."
                )
            return int(value[1])
    return 0


def _check_cost(steps: dict[str, int]) -> None:
    """Refuses what no page should load."""
    total = sum(steps.values())
    if total > MOST_STEPS:
        named = ", ".join(f"{name!r} {count:,}" for name, count in steps.items())
        raise ConversionError(
            f"TF.js has no loops, and {total:,} unrolled steps ({named}) would be about"
            f" {total * NODES_PER_STEP:,} operators and {total * BYTES_PER_STEP / 1e6:.1f} MB of"
            f" model.json; at most {MOST_STEPS:,} steps are written: shorten the sequence before"
            " the layers, use a convolutional space such as tcn, or ship TFLite, which keeps loops."
        )
