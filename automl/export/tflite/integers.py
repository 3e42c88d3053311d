"""Weights and activations in int8, all or all but some operators.

The float file is calibrated once: every tensor gets the range that training
examples give it. Quantizing the calibrated file takes milliseconds, so that
operators can be left out one by one to see what each of them loses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from automl.compression.steps.quantize import Quantize
from automl.errors import ConversionError

if TYPE_CHECKING:
    import numpy as np


def to_integers(converter: Any, step: Quantize, samples: np.ndarray) -> bytes:
    """Returns a file of int8 weights and activations.

    Args:
        converter: A TFLite converter of the float model.
        step: How it is quantized.
        samples: Raw examples that set the ranges, examples x shape.

    Raises:
        ConversionError: If nothing of the model could be quantized.
    """
    from automl.export.tflite.ranges import own_ranges
    from automl.export.tflite.sensitivity import most_sensitive

    calibrated = own_ranges(calibrate(converter, samples), samples)
    if step.calibration == "percentile":
        from automl.export.tflite.ranges import clip_ranges

        calibrated = clip_ranges(calibrated, samples, step.percentile)
    kept = nodes_of(calibrated, step.keep_float) | nodes_before(calibrated, step.begin)
    if step.float_share:
        kept |= most_sensitive(calibrated, samples, step.float_share, kept)
    content = quantize(calibrated, kept)
    if step.io == "int8":
        content = _with_integer_ends(content)
    return content


def calibrate(converter: Any, samples: np.ndarray) -> bytes:
    """Returns the float file with the range of each tensor over some examples in it."""
    import tensorflow as tf

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.representative_dataset = lambda: ([sample[None]] for sample in samples)
    converter._experimental_calibrate_only = True  # What the converter does first anyway.
    content: bytes = converter.convert()
    return content


def quantize(calibrated: bytes, kept: Iterable[str] = ()) -> bytes:
    """Returns the calibrated file in int8, with float32 at both ends.

    Args:
        calibrated: What `calibrate` returned.
        kept: Operators that stay as they are, by the names of their first outputs.
    """
    from tensorflow.lite.python.convert import mlir_quantize

    nodes = _as_the_quantizer_calls_them(set(kept), calibrated) if kept else None
    content: bytes = mlir_quantize(calibrated, denylisted_nodes=nodes)
    return content


def _as_the_quantizer_calls_them(names: set[str], content: bytes) -> set[str]:
    """Adds the names that operators had before the file made them differ from constants'."""
    known = set(operators_of(content))
    return names | ({re.sub(r"\d+$", "", name) for name in names} - known)


def operators_of(content: bytes) -> list[str]:
    """Returns the names of the first outputs of a file's operators, in order."""
    from ai_edge_litert import schema_py_generated as schema

    graph = schema.ModelT.InitFromPackedBuf(bytearray(content), 0).subgraphs[0]
    return [graph.tensors[operator.outputs[0]].name.decode() for operator in graph.operators]


def nodes_of(content: bytes, layers: Iterable[str]) -> set[str]:
    """Returns the operators of a file that some Keras layers became.

    An operator into which several layers were fused has the names of all; the last
    one has that of the output, and its kernel alone tells whose it is.
    """
    from ai_edge_litert import schema_py_generated as schema

    known = set(layers)
    model = schema.ModelT.InitFromPackedBuf(bytearray(content), 0)
    graph = model.subgraphs[0]
    found = set()
    for operator in graph.operators:
        constants = [
            int(number)
            for number in operator.inputs
            if number >= 0 and model.buffers[graph.tensors[number].buffer].data is not None
        ]
        names = [graph.tensors[k].name.decode() for k in (operator.outputs[0], *constants)]
        if known & set().union(*map(_layers_in, names)):
            found.add(names[0])
    return found


def nodes_before(content: bytes, layers: Iterable[str]) -> set[str]:
    """Returns the operators of a file that do not work on what some Keras layers put out."""
    from ai_edge_litert import schema_py_generated as schema

    begun = nodes_of(content, layers)
    if not begun:
        return set()
    graph = schema.ModelT.InitFromPackedBuf(bytearray(content), 0).subgraphs[0]
    reached: set[int] = set()
    before: set[str] = set()
    for operator in graph.operators:  # They stand in the order in which they run.
        name = graph.tensors[operator.outputs[0]].name.decode()
        if name in begun or reached & set(map(int, operator.inputs)):
            reached |= set(map(int, operator.outputs))
        else:
            before.add(name)
    return before


def _layers_in(name: str) -> set[str]:
    """Returns what the layers in ``cnn_1/conv_1/Relu;cnn_1/norm_1/add`` may be called."""
    parts = {part for each in name.split(";") for part in each.split("/")}
    # Keras numbers a layer's second call, the one that is exported.
    return parts | {re.sub(r"_\d+$", "", part) for part in parts}


def _with_integer_ends(content: bytes) -> bytes:
    import tensorflow as tf
    from tensorflow.lite.python.util import modify_model_io_type

    try:
        changed: bytes = modify_model_io_type(content, tf.int8, tf.int8)
    except (RuntimeError, ValueError) as error:
        raise ConversionError(
            f"The input and output cannot be int8: {str(error).strip().partition(chr(10))[0]}"
        ) from error
    return changed
