"""A ``.tflite`` file without what is not needed to run it."""

from __future__ import annotations

from typing import Any

#: Metadata that tools of the converter read, and no runtime.
_OF_THE_CONVERTER = (b"CONVERSION_METADATA", b"min_runtime_version")
#: The schema keeps codes up to this one in a byte.
_BYTE_CODES = 127
#: Types of the schema.
_INT32, _INT8 = 2, 9
#: Operators whose output has the range of their input, by the rules of TFLite.
_PASS_ON = (
    "RESHAPE", "TRANSPOSE", "SQUEEZE", "EXPAND_DIMS", "MAX_POOL_2D", "STRIDED_SLICE", "SLICE",
    "SPLIT", "UNPACK", "REDUCE_MAX",
)  # fmt: skip


def pack(content: bytes) -> bytes:
    """Returns a file of fewer bytes that computes the same, bit by bit.

    How many bytes go depends on the model alone, not on what it has learned, so that
    a file measured before the training is as large as the one after it: what two
    weights or ranges have in common by chance is written twice.

    What goes: names of tensors, subgraphs and the file (inputs, outputs and
    signatures keep theirs), the converter's metadata, constants, operator codes
    and tensors that nothing refers to or that are there twice, ranges left by the
    calibration, every zero point and shape but one of each, defaults spelled
    out, padding. Buffers, types, shapes, scales and the order of operators stay.

    Args:
        content: A ``.tflite`` file. One whose constants lie outside of the
            flatbuffer is returned as it is.
    """
    from ai_edge_litert import schema_py_generated as schema

    from automl.export.tflite.sharing import SharingBuilder

    model = schema.ModelT.InitFromPackedBuf(bytearray(content), 0)
    if any(buffer.offset or buffer.size for buffer in model.buffers or ()):
        return content
    _strip_names(model)
    _strip_metadata(model)
    _strip_tensors(model, schema)
    _strip_operators(model)
    _share_buffers(model, schema)
    builder = SharingBuilder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    packed = bytes(builder.Output())
    return packed if len(packed) < len(content) else content


def _strip_names(model: Any) -> None:
    model.description = None
    entries = {0, *(signature.subgraphIndex for signature in model.signatureDefs or ())}
    for index, subgraph in enumerate(model.subgraphs):
        subgraph.name = None
        ends = {*subgraph.inputs, *subgraph.outputs} if index in entries else set()
        for number, tensor in enumerate(subgraph.tensors):
            if number not in ends:
                tensor.name = None


def _strip_metadata(model: Any) -> None:
    kept = [each for each in model.metadata or () if each.name not in _OF_THE_CONVERTER]
    model.metadata, model.metadataBuffer = kept or None, None


def _strip_tensors(model: Any, schema: Any) -> None:
    marked = _marked(schema)
    for number, subgraph in enumerate(model.subgraphs):
        groups = _same_ranges(model, subgraph, schema)
        for index, tensor in enumerate(subgraph.tensors):
            if _same(tensor.shapeSignature, tensor.shape):
                tensor.shapeSignature = None
            found = tensor.quantization
            if found is None:
                continue
            found.min = found.max = None
            if found.scale is None and not found.details:
                tensor.quantization = None
            elif found.scale is not None and not _always_zero(tensor):
                tensor.quantization = marked(found, (number, groups[index]))


def _same_ranges(model: Any, subgraph: Any, schema: Any) -> list[int]:
    """Returns for each tensor the first of those that have one range, whatever is learned."""
    passing = {getattr(schema.BuiltinOperator, name) for name in _PASS_ON}
    group = list(range(len(subgraph.tensors)))
    for operator in subgraph.operators:  # They stand in the order in which they run.
        code = model.operatorCodes[operator.opcodeIndex]
        if max(code.builtinCode, code.deprecatedBuiltinCode) in passing:
            for output in operator.outputs:
                group[output] = group[operator.inputs[0]]
    return group


def _always_zero(tensor: Any) -> bool:
    """Returns whether a tensor's zero points are zero whatever its values are.

    Those of kernels, with a scale for each channel, and of biases, in int32, are.
    """
    return len(tensor.quantization.zeroPoint) > 1 or tensor.type == _INT32


def _marked(schema: Any) -> Any:
    """Returns what makes ranges that are shared by the tensors of one group alone.

    That two others are equal is chance: an activation that reached its bound.
    """

    class Marked(schema.QuantizationParametersT):
        def __init__(self, found: Any, mark: Any) -> None:
            super().__init__()
            self.__dict__ |= vars(found)
            self.mark = mark

        def Pack(self, builder: Any) -> int:  # noqa: N802
            builder.mark = self.mark
            written = int(super().Pack(builder))
            builder.mark = None
            return written

    return Marked


def _strip_operators(model: Any) -> None:
    used = sorted({each.opcodeIndex for graph in model.subgraphs for each in graph.operators})
    new = {old: number for number, old in enumerate(used)}
    model.operatorCodes = [model.operatorCodes[old] for old in used]
    for code in model.operatorCodes:
        # A reader takes the larger of the two fields.
        number = max(code.builtinCode, code.deprecatedBuiltinCode)
        code.deprecatedBuiltinCode = min(number, _BYTE_CODES)
        code.builtinCode = number if number >= _BYTE_CODES else 0
    for subgraph in model.subgraphs:
        for operator in subgraph.operators:
            operator.opcodeIndex = new[operator.opcodeIndex]
            for name in ("intermediates", "mutatingVariableInputs", "customOptions"):
                values = getattr(operator, name)
                if values is not None and len(values) == 0:
                    setattr(operator, name, None)


def _share_buffers(model: Any, schema: Any) -> None:
    """Keeps one buffer of each content; the first is empty, as the schema asks for."""
    buffers = [schema.BufferT()]
    known: dict[bytes, int] = {b"": 0}

    def kept(index: int, type_: int = _INT8) -> int:
        data = model.buffers[index].data
        key = b"" if data is None else data.tobytes()
        if type_ == _INT8 and key:  # Weights: that two are equal is chance.
            buffers.append(model.buffers[index])
            return len(buffers) - 1
        if key not in known:
            known[key] = len(buffers)
            buffers.append(model.buffers[index])
        return known[key]

    for subgraph in model.subgraphs:
        for tensor in subgraph.tensors:
            tensor.buffer = kept(tensor.buffer, tensor.type)
    for metadata in model.metadata or ():
        metadata.buffer = kept(metadata.buffer)
    model.buffers = buffers


def _same(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return list(one) == list(other)
