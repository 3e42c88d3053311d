"""Looks words up with the operator whose table may be stored in integers."""

from __future__ import annotations

from typing import Any

#: Tables of fewer weights stay as they are.
_LEAST = 1024
_FLOAT32, _INT32 = 0, 2


def as_lookups(content: bytes) -> bytes:
    """Returns a float32 file in which embeddings are looked up, not gathered.

    Both operators do the same, but quantizers store the table of a lookup alone in
    integers, with a scale for each row. It takes a list of numbers, so that those of
    more axes are flattened before it.

    Args:
        content: A ``.tflite`` file; one without large tables is returned as it is.
    """
    from ai_edge_litert import schema_py_generated as schema

    from automl.export.tflite.sharing import SharingBuilder

    model = schema.ModelT.InitFromPackedBuf(bytearray(content), 0)
    changed = False
    for graph in model.subgraphs:
        operators: list[Any] = []
        for operator in graph.operators:
            if _is_table(model, graph, operator, schema):
                operators += _Rewriter(model, graph, schema).lookup(operator)
                changed = True
            else:
                operators.append(operator)
        graph.operators = operators
    if not changed:
        return content
    builder = SharingBuilder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _code_of(model: Any, operator: Any) -> int:
    code = model.operatorCodes[operator.opcodeIndex]
    return int(max(code.builtinCode, code.deprecatedBuiltinCode))


def _is_table(model: Any, graph: Any, operator: Any, schema: Any) -> bool:
    """Returns whether an operator takes rows of a large constant."""
    import numpy as np

    if _code_of(model, operator) != schema.BuiltinOperator.GATHER:
        return False
    table, ids = (graph.tensors[number] for number in operator.inputs[:2])
    options = operator.builtinOptions
    return bool(
        model.buffers[table.buffer].data is not None
        and table.type == _FLOAT32
        and len(table.shape) == 2
        and int(np.prod(table.shape)) >= _LEAST
        and ids.type == _INT32
        and len(ids.shape) >= 1
        and not (options and (options.axis or options.batchDims))
    )


class _Rewriter:
    """Makes tensors and operators of one subgraph."""

    def __init__(self, model: Any, graph: Any, schema: Any) -> None:
        self._model, self._graph, self._schema = model, graph, schema

    def lookup(self, operator: Any) -> list[Any]:
        """Returns the operators that stand for a gathering of rows."""
        table, ids = (int(number) for number in operator.inputs[:2])
        (found,) = (int(number) for number in operator.outputs)
        kind = self._schema.BuiltinOperator
        if len(self._graph.tensors[ids].shape) == 1:
            return [self._operator(kind.EMBEDDING_LOOKUP, [ids, table], found)]
        width = int(self._graph.tensors[table].shape[1])
        count = int(self._graph.tensors[ids].shape.prod())
        name = (self._graph.tensors[found].name or b"lookup").decode()
        flat = self._tensor(f"{name}/ids", [count], _INT32)
        rows = self._tensor(f"{name}/rows", [count, width], _FLOAT32)
        # The first axis is the batch, of any size where the file allows it.
        shape = [-1, *(int(size) for size in self._graph.tensors[found].shape[1:])]
        return [
            self._operator(kind.RESHAPE, [ids, self._constant(f"{name}/flat", [-1])], flat),
            self._operator(kind.EMBEDDING_LOOKUP, [flat, table], rows),
            self._operator(kind.RESHAPE, [rows, self._constant(f"{name}/whole", shape)], found),
        ]

    def _operator(self, code: int, inputs: list[int], output: int) -> Any:
        import numpy as np

        made = self._schema.OperatorT()
        made.opcodeIndex = self._code(code)
        made.inputs, made.outputs = np.array(inputs, np.int32), np.array([output], np.int32)
        return made

    def _code(self, code: int) -> int:
        for number, known in enumerate(self._model.operatorCodes):
            if max(known.builtinCode, known.deprecatedBuiltinCode) == code:
                return number
        made = self._schema.OperatorCodeT()
        made.builtinCode = made.deprecatedBuiltinCode = code
        made.version = 1
        self._model.operatorCodes.append(made)
        return len(self._model.operatorCodes) - 1

    def _tensor(self, name: str, shape: list[int], kind: int, buffer: int = 0) -> int:
        import numpy as np

        made = self._schema.TensorT()
        made.name, made.type, made.buffer = name.encode(), kind, buffer
        made.shape = np.array(shape, np.int32)
        self._graph.tensors.append(made)
        return len(self._graph.tensors) - 1

    def _constant(self, name: str, values: list[int]) -> int:
        import numpy as np

        buffer = self._schema.BufferT()
        buffer.data = np.frombuffer(np.array(values, "<i4").tobytes(), np.uint8)
        self._model.buffers.append(buffer)
        return self._tensor(name, [len(values)], _INT32, len(self._model.buffers) - 1)
