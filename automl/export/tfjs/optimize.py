"""TensorFlow's grappler, with the optimizers that keep to portable operators."""

from __future__ import annotations

from typing import Any

import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2
from tensorflow.python.grappler import tf_optimizer

from automl.export.tfjs.graph import Graph

# The remapper and the layout optimizer are left out: they write operators that
# only TensorFlow's own kernels understand.
OPTIMIZERS = ("pruning", "function", "constfold", "arithmetic", "dependency")


def optimize(graph_def: Any, inputs: list[str], outputs: list[str]) -> Any:
    """Folds constants and removes what is redundant.

    Args:
        graph_def: A frozen GraphDef.
        inputs: Names of the placeholders.
        outputs: Names of the nodes to keep.

    Returns:
        The optimized GraphDef.
    """
    loaded = tf.Graph()
    with loaded.as_default():
        tf.import_graph_def(graph_def, name="")
    meta_graph = tf.compat.v1.train.export_meta_graph(graph_def=loaded.as_graph_def(), graph=loaded)
    keep = meta_graph_pb2.CollectionDef()
    keep.node_list.value.extend([*inputs, *outputs])
    meta_graph.collection_def["train_op"].CopyFrom(keep)
    config = config_pb2.ConfigProto()
    rewriting = config.graph_options.rewrite_options
    rewriting.optimizers[:] = OPTIMIZERS
    rewriting.meta_optimizer_iterations = rewriting.TWO
    rewriting.min_graph_nodes = -1
    return tf_optimizer.OptimizeGraph(config, meta_graph)


def optimize_graph(graph: Graph) -> Graph:
    """Runs the same over a graph that passes have changed."""
    names = [ref.partition(":")[0] for ref in graph.outputs]
    optimized = optimize(graph.to_graph_def(), graph.inputs, names)
    origins = {name: node.origin for name, node in graph.nodes.items()}
    result = Graph.from_graph_def(optimized, graph.inputs, graph.outputs)
    for node in result.nodes.values():
        node.origin = origins.get(node.name, node.origin)
    return result
