"""One constant for all that are equal: unrolled layers repeat theirs at every step."""

from __future__ import annotations

from automl.export.tfjs.graph import Graph


def dedupe_constants(graph: Graph) -> None:
    """Makes the users of equal constants share the first one."""
    first: dict[tuple[str, tuple[int, ...], bytes], str] = {}
    same: dict[str, str] = {}
    for node in graph.nodes.values():
        if node.value is not None:
            key = (node.value.dtype.str, node.value.shape, node.value.tobytes())
            same[node.name] = first.setdefault(key, node.name)
    for node in graph.nodes.values():
        node.inputs = [same.get(ref, ref) for ref in node.inputs]
    graph.outputs = [same.get(ref, ref) for ref in graph.outputs]
    graph.prune()
