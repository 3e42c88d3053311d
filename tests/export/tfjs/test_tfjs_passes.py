"""The rewrites on small graphs of raw operators, and the encoding."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from automl.errors import ConversionError
from automl.export.tfjs.graph import Graph, Node, attribute
from automl.export.tfjs.operators import layer_of
from automl.export.tfjs.passes import PASSES, run_passes
from automl.export.tfjs.rename import rename
from automl.export.tfjs.rewrites.fuse import fuse
from automl.export.tfjs.rewrites.prelu import fuse_prelu
from automl.export.tfjs.topology import encode, topology
from automl.export.tfjs.weights import pack_weights

RNG = np.random.default_rng(0)


def graph_of(function: Callable[..., Any], *shapes: tuple[int | None, ...], dtype: Any) -> Graph:
    built = tf.Graph()
    with built.as_default():
        inputs = [tf.compat.v1.placeholder(dtype, shape) for shape in shapes]
        output = tf.identity(function(*inputs))
    names = [tensor.op.name for tensor in inputs]
    return Graph.from_graph_def(built.as_graph_def(), names, [output.op.name])


def evaluate(graph: Graph, *values: np.ndarray) -> np.ndarray:
    loaded = tf.Graph()
    with loaded.as_default():
        tf.import_graph_def(graph.to_graph_def(), name="")
    with tf.compat.v1.Session(graph=loaded) as session:
        feed = {f"{n}:0": v for n, v in zip(graph.inputs, values, strict=True)}
        ref = graph.outputs[0]
        return np.asarray(session.run(ref if ":" in ref else f"{ref}:0", feed))


IN_TENSORFLOW = tuple(p for p in PASSES if p not in (fuse, fuse_prelu))


def small_constants(x: Any) -> Any:
    return tf.where(x > 0, tf.constant(-np.inf), x) + tf.constant([[np.nan]]) * 0.0


REWRITES = {
    "erfc": (lambda x: tf.math.erfc(x), (None, 4), "Erfc"),
    "erfc_negated": (lambda x: tf.math.erfc(-x * 0.7), (None, 4), "Erfc"),
    "softsign": (lambda x: tf.nn.softsign(x), (None, 4), "Softsign"),
    "band": (lambda x: tf.linalg.band_part(x, 1, 0), (None, 4, 5), "MatrixBandPart"),
    "band_all": (lambda x: tf.linalg.band_part(x, -1, 2), (None, 4, 5), "MatrixBandPart"),
    "einsum": (lambda x: tf.einsum("abc,adc->abd", x, x), (None, 3, 4), "Einsum"),
    "einsum_4d": (lambda x: tf.einsum("aecd,abcd->acbe", x, x), (None, 3, 2, 4), "Einsum"),
    "one_hot": (lambda x: tf.one_hot(tf.cast(x, tf.int32), 4), (None, 3), "OneHot"),
    "one_hot_values": (
        lambda x: tf.one_hot(tf.cast(x, tf.int64), 4, on_value=3.0, off_value=-1.0),
        (None, 3),
        "OneHot",
    ),
    "cumsum": (lambda x: tf.cumsum(x, axis=-1), (None, 4), None),
    "float64": (lambda x: tf.cast(tf.cast(x, tf.float64) * 2, tf.float32), (None, 4), "Cast"),
    "reshape_chain": (
        lambda x: tf.reshape(tf.reshape(x, [-1, 12]), [tf.shape(x)[0], 4, 3]),
        (None, 3, 4),
        "Shape",
    ),
}


@pytest.mark.parametrize("name", REWRITES)
def test_a_rewrite_computes_the_same_without_the_operator(name: str) -> None:
    function, shape, removed = REWRITES[name]
    graph = graph_of(function, shape, dtype=tf.float32)
    value = RNG.normal(1, 1.2, [3 if s is None else s for s in shape]).astype(np.float32)
    expected = evaluate(graph, value)
    run_passes(graph, IN_TENSORFLOW)
    assert removed not in {node.op for node in graph.nodes.values()}
    np.testing.assert_allclose(evaluate(graph, value), expected, atol=2e-6)


def test_an_einsum_of_three_is_refused() -> None:
    graph = graph_of(
        lambda x: tf.raw_ops.Einsum(inputs=[x], equation="aab->ab"), (3, 3, 2), dtype=tf.float32
    )
    with pytest.raises(ConversionError, match="aab->ab"):
        run_passes(graph)


def test_band_part_of_an_open_size_is_refused() -> None:
    graph = graph_of(lambda x: tf.linalg.band_part(x, -1, 0), (None, None), dtype=tf.float32)
    with pytest.raises(ConversionError, match="fixed sequence length"):
        run_passes(graph)


def test_text_constants_are_refused() -> None:
    graph = graph_of(lambda x: tf.strings.join([x, "a"]), (None,), dtype=tf.string)
    with pytest.raises(ConversionError, match="preprocessing"):
        run_passes(graph)


def test_whole_numbers_beyond_int32_are_clipped() -> None:
    big = np.array(2**40, np.int64)
    graph = graph_of(lambda x: tf.minimum(x, big), (None,), dtype=tf.int64)
    run_passes(graph)
    values = [n.value for n in graph.nodes.values() if n.value is not None]
    assert [v.tolist() for v in values] == [2**31 - 1]
    assert values[0].dtype == np.int32


def test_weights_keep_types_scalars_empty_shapes_and_infinities() -> None:
    values = {
        "scalar": np.array(-np.inf, np.float32),
        "nan": np.array([np.nan, 1], np.float32),
        "flags": np.array([[True, False]]),
        "whole": np.arange(3, dtype=np.int32),
        "empty": np.zeros((0, 2), np.float32),
    }
    graph = Graph((Node(n, "Const", [], value=v) for n, v in values.items()), [], list(values))
    weights = pack_weights(graph)
    entries = {e["name"]: e for e in weights.manifest[0]["weights"]}
    assert {n: e["dtype"] for n, e in entries.items()} == {
        "scalar": "float32",
        "nan": "float32",
        "flags": "bool",
        "whole": "int32",
        "empty": "float32",
    }
    assert entries["scalar"]["shape"] == []
    assert entries["empty"]["shape"] == [0, 2]
    expected = b"".join(v.tobytes() for v in values.values())
    assert b"".join(weights.shards.values()) == expected


def test_half_precision_leaves_what_it_cannot_hold() -> None:
    fits, large = np.full(64, 0.5, np.float32), np.full(64, 1e6, np.float32)
    graph = Graph(
        [Node("a", "Const", [], value=fits), Node("b", "Const", [], value=large)], [], ["a", "b"]
    )
    entries = pack_weights(graph, "float16").manifest[0]["weights"]
    assert [("quantization" in e) for e in entries] == [True, False]


def test_attributes_are_written_as_protobuf_does() -> None:
    node = Node("n", "Op", [])
    node.attr = {
        "s": attribute("SAME"),
        "i": attribute(2**40),
        "f": attribute(0.2),
        "b": attribute(True),
        "t": attribute(np.float32),
        "l": attribute([1, 2]),
        "e": attribute([]),
    }
    assert encode(node, "s") == {"s": base64.b64encode(b"SAME").decode()}
    assert encode(node, "i") == {"i": str(2**40)}
    assert encode(node, "f") == {"f": 0.2}
    assert encode(node, "b") == {"b": True}
    assert encode(node, "t") == {"type": "DT_FLOAT"}
    assert encode(node, "l") == {"list": {"i": ["1", "2"]}}
    assert encode(node, "e") == {"list": {}}
    node.attr["u"] = attribute(np.float32)
    node.attr["u"].shape.unknown_rank = True
    assert encode(node, "u") == {"shape": {"unknownRank": True}}
    node.attr["inf"] = attribute(float("inf"))
    with pytest.raises(ConversionError, match="'inf'"):
        encode(node, "inf")


def test_attributes_at_their_default_are_left_out() -> None:
    attr = {"transpose_a": attribute(False), "transpose_b": attribute(True)}
    nodes = [Node("x", "Placeholder", []), Node("y", "MatMul", ["x", "x"], attr)]
    entry = topology(Graph(nodes, ["x"], ["y"]))["node"][1]
    assert entry["attr"] == {"transpose_b": {"b": True}}


def test_names_are_short_and_never_taken() -> None:
    nodes = [Node("layer/input", "Placeholder", [])]
    for index in range(40):
        nodes.append(Node(f"layer/{index}", "Relu", [nodes[-1].name]))
    graph = Graph(nodes, ["layer/input"], ["layer/39"])
    rename(graph, ["a"], ["b:0"])
    names = list(graph.nodes)
    assert names[0] == "a"
    assert names[-1] == "b_0"
    assert graph.nodes["b_0"].op == "Identity"
    assert len(set(names)) == 42
    assert all(len(name) <= 2 and name[0].isalpha() for name in names[:-1])


@pytest.mark.parametrize(
    ("origin", "layer"),
    [
        ("model_1/conv2d_1_2/Reshape", "conv2d_1"),
        ("model_1/conv2d_1/Reshape", "conv2d_1"),
        ("model_1/block_1/dense_3/MatMul", "dense"),
        ("model_1/other/MatMul", None),
    ],
)
def test_the_layer_is_told_from_the_node(origin: str, layer: str | None) -> None:
    assert layer_of(origin, ["conv2d_1", "dense", "block"]) == layer
