"""Times each operator of a ``.tflite`` file as a file of its own.

LiteRT's Python package has no profiler. An operator alone, with its own constants
and inputs of the same shapes, does the same work in the same kernel; what is lost
is fusing across operators, and what is added is the cost of a call: that of the
cheapest operator, or of a file that does nothing, is taken off of all.
"""

from __future__ import annotations

import copy
import math
from typing import Any

from automl.measure.latency import time_calls

#: Seconds that are spent on each operator.
BUDGET = 0.05
_IDENTIFIER = b"TFL3"


def time_operators(content: bytes, threads: int = 1) -> list[tuple[str, str, float]]:
    """Returns name of the output, kind and milliseconds of each operator of the main graph.

    An operator that cannot stand alone (a loop, a variable) has NaN for its time.

    Args:
        content: The file's bytes.
        threads: Number of threads.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    found = []
    for number, operator in enumerate(graph.operators or ()):
        # Names may have been left out to save bytes.
        name = _name(graph.tensors[operator.outputs[0]]) or f"operator {number}"
        kind = _kind(model.operatorCodes[operator.opcodeIndex], schema)
        found.append((name, kind, _time(model, graph, operator, threads)))
    idle = min([_idle(threads), *(time for _, _, time in found if math.isfinite(time))])
    return [(name, kind, time - idle) for name, kind, time in found]


def _time(model: Any, graph: Any, operator: Any, threads: int) -> float:
    try:
        return _median(_alone(model, graph, operator), threads)
    except (RuntimeError, ValueError, TypeError):
        return float("nan")


def _alone(model: Any, graph: Any, operator: Any) -> bytes:
    """Returns a file of one operator: what it computes on becomes the inputs."""
    single = copy.copy(model)
    part = copy.copy(graph)
    operator = copy.copy(operator)
    used = [index for index in (*operator.inputs, *operator.outputs) if index >= 0]
    places = {index: place for place, index in enumerate(dict.fromkeys(used))}
    part.tensors = [copy.copy(graph.tensors[index]) for index in places]
    single.buffers = [model.buffers[0]]
    constants = set()
    for index, tensor in zip(places, part.tensors, strict=True):
        buffer = model.buffers[tensor.buffer]
        tensor.buffer = 0
        tensor.shapeSignature = None
        if buffer.data is not None and len(buffer.data):
            constants.add(index)
            tensor.buffer = len(single.buffers)
            single.buffers.append(buffer)
    operator.inputs = [places.get(index, -1) for index in operator.inputs]
    operator.outputs = [places[index] for index in operator.outputs]
    fed = [i for i in dict.fromkeys(used) if i not in constants and places[i] in operator.inputs]
    part.inputs = [places[index] for index in fed]
    part.outputs = list(operator.outputs)
    part.operators = [operator]
    single.subgraphs = [part]
    single.signatureDefs = single.metadata = single.metadataBuffer = None
    return _packed(single)


def _packed(model: Any) -> bytes:
    import flatbuffers

    builder = flatbuffers.Builder(4096)
    builder.Finish(model.Pack(builder), _IDENTIFIER)
    return bytes(builder.Output())


def _median(content: bytes, threads: int) -> float:
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=content, num_threads=threads)
    interpreter.allocate_tensors()
    random = np.random.default_rng(0)
    for details in interpreter.get_input_details():
        dtype = np.dtype(details["dtype"])
        shape = details["shape"]
        # Whole numbers may be places: 0 is one everywhere.
        values = random.uniform(0, 1, shape) if dtype.kind == "f" else np.zeros(shape)
        interpreter.set_tensor(details["index"], values.astype(dtype))
    return time_calls(interpreter.invoke, BUDGET)[0]


def _idle(threads: int) -> float:
    """Returns the milliseconds of a call that only reshapes one number."""
    from ai_edge_litert import schema_py_generated as schema

    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version = 3
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.RESHAPE
    code.version = 1
    model.operatorCodes = [code]
    model.buffers = [schema.BufferT()]
    graph.tensors = []
    for name in (b"x", b"y"):
        tensor = schema.TensorT()
        tensor.name, tensor.shape = name, [1]
        tensor.type = schema.TensorType.FLOAT32
        graph.tensors.append(tensor)
    operator, options = schema.OperatorT(), schema.ReshapeOptionsT()
    options.newShape = [1]
    operator.builtinOptionsType = schema.BuiltinOptions.ReshapeOptions
    operator.builtinOptions = options
    operator.inputs, operator.outputs = [0], [1]
    graph.inputs, graph.outputs, graph.operators = [0], [1], [operator]
    model.subgraphs = [graph]
    return _median(_packed(model), threads)


def _name(tensor: Any) -> str:
    name = tensor.name or b""
    return name.decode(errors="replace") if isinstance(name, bytes) else str(name)


def _kind(code: Any, schema: Any) -> str:
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    names = {value: name for name, value in vars(schema.BuiltinOperator).items()}
    return str(names.get(number, number))
