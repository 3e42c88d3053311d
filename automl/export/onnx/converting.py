"""From a Keras model to the content of an ONNX file.

tf2onnx converts TensorFlow's graph. What it lacks is rewritten before (Erfc, which
GELU needs; grouped convolutions), and what is still left is refused by name: tf2onnx
itself writes an invalid file and says nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from automl.errors import ConversionError, MissingPartError
from automl.export.refusing import layer_names, layer_of

if TYPE_CHECKING:
    import keras

#: Version of ONNX's operators: the newest that tf2onnx 1.17 writes.
OPSET = 18
#: Operators of TensorFlow that make a rewritten graph necessary.
_REWRITTEN = frozenset({"Erfc", "StatefulPartitionedCall", "PartitionedCall"})


def to_onnx(model: keras.Model) -> bytes:
    """Returns the content of the file, for any batch size.

    Args:
        model: A built Keras model.

    Raises:
        ConversionError: If ONNX has no operator for something; the message names it
            and its layer.
        MissingPartError: If onnx or tf2onnx is not installed.
    """
    try:
        import onnx  # noqa: F401
        import tf2onnx
    except ImportError as error:
        raise MissingPartError(
            f"ONNX files need onnx and tf2onnx ({error}): pip install 'automl[onnx]'."
        ) from error
    from automl.export.structure import io_names, unique
    from automl.export.tflite.freezing import freeze

    frozen = freeze(model, batch=0)
    given = [tensor.name for tensor in frozen.inputs]
    made = [tensor.name for tensor in frozen.outputs]
    graph_def, made = _prepared(frozen.graph.as_graph_def(), given, made)
    # It logs what it cannot do as an error and goes on; that is looked for below.
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)
    proto, _ = tf2onnx.convert.from_graph_def(
        graph_def, input_names=given, output_names=made, opset=OPSET
    )
    _check(proto, layer_names(model))
    inputs, outputs = io_names(model)
    names = unique([*inputs, *outputs])
    _rename(proto.graph, dict(zip([*given, *made], names, strict=True)))
    proto.doc_string = proto.graph.doc_string = ""
    content: bytes = proto.SerializeToString(deterministic=True)
    return content


def _prepared(
    graph_def: Any, inputs: Sequence[str], outputs: Sequence[str]
) -> tuple[Any, list[str]]:
    """Returns a graph without what tf2onnx lacks, and the names of its results."""
    from automl.export.graph_defs import all_nodes, with_counted_names, without_call_marks

    if not _REWRITTEN & {node.op for node in all_nodes(graph_def)}:
        return with_counted_names(graph_def), list(outputs)
    from automl.export.tfjs.graph import Graph
    from automl.export.tfjs.optimize import optimize
    from automl.export.tfjs.rewrites.erfc import rewrite_erfc
    from automl.export.tfjs.rewrites.grouped_conv import mark_groups, split_groups
    from automl.export.tfjs.rewrites.pass_through import remove_pass_through

    bare = [name.partition(":")[0] for name in inputs]
    kept = [name.partition(":")[0] for name in outputs]
    optimized = optimize(without_call_marks(graph_def), bare, kept)
    graph = Graph.from_graph_def(optimized, bare, kept)
    for rewrite in (remove_pass_through, rewrite_erfc, mark_groups, split_groups):
        rewrite(graph)
    written = graph.to_graph_def()
    written.library.CopyFrom(optimized.library)
    return with_counted_names(written), [ref if ":" in ref else f"{ref}:0" for ref in graph.outputs]


def _check(proto: Any, layers: list[str]) -> None:
    """Refuses a file with operators that ONNX does not have."""
    from onnx import defs

    for node in _nodes(proto.graph):
        if node.domain in ("", "ai.onnx") and not defs.has(node.op_type):
            layer = layer_of(node.name, layers)
            place = f"the layer {layer!r}" if layer else f"the node {node.name!r}"
            raise ConversionError(
                f"ONNX has no operator {node.op_type!r}, which {place} needs: use another layer in"
                " its place, or another format."
            )


def _nodes(graph: Any) -> Iterator[Any]:
    """Yields the nodes of a graph and of the graphs inside its nodes."""
    for each in _graphs(graph):
        yield from each.node


def _rename(graph: Any, names: Mapping[str, str]) -> None:
    """Gives inputs and outputs their public names and everything else a short one.

    tf2onnx counts from the process's start, so that no two files would be equal.
    """
    taken = set(names.values())
    short = (name for k in count() if (name := f"t{k}") not in taken)
    every = dict(names)

    def new(name: str) -> str:
        if name and name not in every:
            every[name] = next(short)
        return every.get(name, name)

    for place, node in enumerate(_nodes(graph)):
        node.input[:] = [new(name) for name in node.input]
        node.output[:] = [new(name) for name in node.output]
        node.name = f"{node.op_type}_{place}"
    for inner in _graphs(graph):
        for each in (*inner.input, *inner.output, *inner.initializer):
            each.name = new(each.name)
        inner.name = "model" if inner is graph else new(inner.name)
        del inner.value_info[:]  # Runtimes find out what lies between.
        ordered = sorted(inner.initializer, key=lambda each: (len(each.name), each.name))
        del inner.initializer[:]
        inner.initializer.extend(ordered)
        for each in (*inner.input, *inner.output):
            _name_sizes(each.type.tensor_type.shape)


def _name_sizes(shape: Any) -> None:
    """Names the sizes that are not known: the first is that of the batch."""
    for axis, size in enumerate(shape.dim):
        if size.dim_param:
            size.dim_param = f"size_{axis}" if axis else "batch"


def _graphs(graph: Any) -> Iterator[Any]:
    """Yields a graph and the graphs inside its nodes."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                if inner.node:
                    yield from _graphs(inner)
