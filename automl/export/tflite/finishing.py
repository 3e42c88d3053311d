"""What a ``.tflite`` file says of itself: a signature with names, metadata, labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from automl.export.settings import About

#: Name of the one signature, as servers and interpreters look for it.
SIGNATURE = "serving_default"


def finish(
    content: bytes,
    inputs: Sequence[str],
    outputs: Sequence[str],
    about: About | None,
    packs: bool,
) -> bytes:
    """Returns a file with a signature and, where `about` is given, metadata.

    What it computes is untouched.

    Args:
        content: A ``.tflite`` file as the converter left it, packed or not. One
            whose constants lie outside of the flatbuffer is returned as it is.
        inputs: Public name of each input, in the file's own order.
        outputs: The same of the outputs.
        about: What the metadata say; None for none.
        packs: Whether to write as few bytes as possible.
    """
    from ai_edge_litert import schema_py_generated as schema

    from automl.export.tflite.metadata import NAME, metadata, with_labels
    from automl.export.tflite.packing import pack
    from automl.export.tflite.sharing import SharingBuilder

    model = schema.ModelT.InitFromPackedBuf(bytearray(content), 0)
    if any(buffer.offset or buffer.size for buffer in model.buffers or ()):
        return content
    for operator in model.operatorCodes:
        # A packed file has small codes in the old field alone; `pack` reads the new one.
        operator.builtinCode = max(operator.builtinCode, operator.deprecatedBuiltinCode)
    _sign(model, schema, inputs, outputs)
    if about is not None:
        _add_buffer(model, schema, NAME, metadata(about, inputs, outputs))
    builder = SharingBuilder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    content = bytes(builder.Output())
    if packs:
        content = pack(content)
    return content if about is None else with_labels(content, about.labels)


def _sign(model: Any, schema: Any, inputs: Sequence[str], outputs: Sequence[str]) -> None:
    graph = model.subgraphs[0]
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = SIGNATURE, 0
    signature.inputs = [_named(schema, *each) for each in zip(inputs, graph.inputs, strict=True)]
    signature.outputs = [_named(schema, *each) for each in zip(outputs, graph.outputs, strict=True)]
    for each in (*signature.inputs, *signature.outputs):
        graph.tensors[each.tensorIndex].name = each.name
    model.signatureDefs = [signature]


def _named(schema: Any, name: str, index: Any) -> Any:
    pair = schema.TensorMapT()
    pair.name, pair.tensorIndex = name, int(index)
    return pair


def _add_buffer(model: Any, schema: Any, name: str, data: bytes) -> None:
    import numpy as np

    buffer, entry = schema.BufferT(), schema.MetadataT()
    buffer.data = np.frombuffer(data, np.uint8)
    entry.name, entry.buffer = name, len(model.buffers)
    model.buffers.append(buffer)
    model.metadata = [*(model.metadata or ()), entry]
