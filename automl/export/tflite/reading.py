"""What a ``.tflite`` file holds, read without running it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from automl.export.facts import FileFacts, TensorFacts


def read_facts(content: bytes) -> FileFacts:
    """Returns inputs, outputs and operators of the main subgraph, and all others' operators.

    Args:
        content: A ``.tflite`` file's bytes.
    """
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAsModel(content, 0)
    graph = model.Subgraphs(0)
    inputs, outputs = _signature_names(model)
    return FileFacts(
        inputs=tuple(
            _tensor(graph, graph.Inputs(k), inputs, schema) for k in range(graph.InputsLength())
        ),
        outputs=tuple(
            _tensor(graph, graph.Outputs(k), outputs, schema) for k in range(graph.OutputsLength())
        ),
        operators=dict(operators(model)),
    )


def operators(model: Any) -> Counter[str]:
    """Returns operator -> how often, over all subgraphs; custom ones by their own name."""
    return Counter(code for _, code in _operators(model))


def named_operators(content: bytes) -> list[tuple[str, str]]:
    """Returns the first output's name, where it was kept, and the code of each operator."""
    from ai_edge_litert import schema_py_generated as schema

    return list(_operators(schema.Model.GetRootAsModel(content, 0)))


def _operators(model: Any) -> Iterator[tuple[str, str]]:
    codes = _codes(model)
    for g in range(model.SubgraphsLength()):
        graph = model.Subgraphs(g)
        for k in range(graph.OperatorsLength()):
            operator = graph.Operators(k)
            name = graph.Tensors(operator.Outputs(0)).Name() if operator.OutputsLength() else None
            yield (name or b"").decode(), codes[operator.OpcodeIndex()]


def _codes(model: Any) -> list[str]:
    """Returns the name of each entry in a file's list of operators."""
    from ai_edge_litert import schema_py_generated as schema

    builtin = _named(schema.BuiltinOperator)
    codes = []
    for k in range(model.OperatorCodesLength()):
        code = model.OperatorCodes(k)
        # Files from before 2020 have the first field alone.
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        custom = code.CustomCode()
        codes.append(custom.decode() if custom else builtin.get(number, str(number)))
    return codes


def _signature_names(model: Any) -> tuple[dict[int, str], dict[int, str]]:
    """Returns the names that the first signature gives: of inputs, of outputs, by tensor."""
    if not model.SignatureDefsLength():
        return {}, {}
    signature = model.SignatureDefs(0)
    given = (signature.Inputs(k) for k in range(signature.InputsLength()))
    made = (signature.Outputs(k) for k in range(signature.OutputsLength()))
    return (
        {each.TensorIndex(): each.Name().decode() for each in given},
        {each.TensorIndex(): each.Name().decode() for each in made},
    )


def _tensor(graph: Any, index: int, names: dict[int, str], schema: Any) -> TensorFacts:
    tensor = graph.Tensors(index)
    count = tensor.ShapeSignatureLength()
    shape = (
        [tensor.ShapeSignature(k) for k in range(count)]
        if count
        else [tensor.Shape(k) for k in range(tensor.ShapeLength())]
    )
    quantization = tensor.Quantization()
    scaled = quantization is not None and quantization.ScaleLength() == 1
    return TensorFacts(
        name=names.get(index) or (tensor.Name() or b"").decode(),
        shape=tuple(int(size) for size in shape),
        dtype=_named(schema.TensorType).get(tensor.Type(), "?").lower(),
        scale=float(quantization.Scale(0)) if scaled else 0.0,
        zero_point=int(quantization.ZeroPoint(0)) if scaled else 0,
    )


def _named(kind: Any) -> dict[int, str]:
    """Returns value -> name of a generated enumeration."""
    return {value: name for name, value in vars(kind).items() if isinstance(value, int)}
