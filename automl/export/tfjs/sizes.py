"""What is known of a computed shape before the model runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from automl.export.tfjs.graph import Graph, Node
from automl.export.tfjs.shapes import Shape, Shapes

Evaluate = Callable[[str], Shape | None]


def sizes_of(graph: Graph, ref: str, shapes: Shapes) -> Shape | None:
    """Returns the numbers a small integer tensor holds, None inside for those not known.

    Args:
        graph: The graph.
        ref: A reference to a scalar or vector of sizes; scalars come as a
            tuple of one.
        shapes: Shapes of everything before it.

    Returns:
        None if nothing is known, not even how many numbers there are.
    """

    def evaluate(inner: str) -> Shape | None:
        return sizes_of(graph, inner, shapes)

    node = graph.node(ref)
    if node.value is not None:
        flat = node.value.reshape(-1)
        return tuple(int(v) for v in flat) if flat.dtype.kind in "iu" else None
    if node.op == "Shape":
        return shapes.of(node.inputs[0])
    if node.op in ("Cast", "Identity", "Reshape", "ExpandDims", "Squeeze"):
        return evaluate(node.inputs[0])
    rule = RULES.get(node.op)
    return None if rule is None else rule(graph, node, evaluate)


def _concat(graph: Graph, node: Node, evaluate: Evaluate) -> Shape | None:
    inputs = node.inputs if node.op == "Pack" else node.inputs[:-1]
    parts = [evaluate(ref) for ref in inputs]
    if any(part is None for part in parts):
        return None
    return tuple(size for part in parts if part is not None for size in part)


def _product(graph: Graph, node: Node, evaluate: Evaluate) -> Shape | None:
    sizes = evaluate(node.inputs[0])
    if sizes is None:
        return None
    return (None,) if None in sizes else (int(np.prod([s or 0 for s in sizes], dtype=np.int64)),)


def _multiply(graph: Graph, node: Node, evaluate: Evaluate) -> Shape | None:
    left, right = evaluate(node.inputs[0]), evaluate(node.inputs[1])
    if left is None or right is None:
        return None
    if len(left) != len(right) and 1 not in (len(left), len(right)):
        return None
    count = max(len(left), len(right))
    pairs = zip(left * (count // len(left)), right * (count // len(right)), strict=True)
    return tuple(None if a is None or b is None else a * b for a, b in pairs)


def _gather(graph: Graph, node: Node, evaluate: Evaluate) -> Shape | None:
    sizes, index = evaluate(node.inputs[0]), graph.constant(node.inputs[1])
    if sizes is None or index is None or index.ndim > 1:
        return None
    return tuple(sizes[int(i)] for i in index.reshape(-1))


def _slice(graph: Graph, node: Node, evaluate: Evaluate) -> Shape | None:
    sizes = evaluate(node.inputs[0])
    begin, count = (graph.constant(ref) for ref in node.inputs[1:3])
    if sizes is None or begin is None or count is None:
        return None
    start, number = int(begin[0]), int(count[0])
    return sizes[start:] if number < 0 else sizes[start : start + number]


def _strided_slice(graph: Graph, node: Node, evaluate: Evaluate) -> Shape | None:
    sizes = evaluate(node.inputs[0])
    ends = [graph.constant(ref) for ref in node.inputs[1:]]
    if sizes is None or any(end is None or end.size != 1 for end in ends):
        return None
    if _mask(node, "ellipsis_mask") or _mask(node, "new_axis_mask"):
        return None
    begin, end, step = (int(value.reshape(-1)[0]) for value in ends if value is not None)
    if _mask(node, "shrink_axis_mask"):
        return (sizes[begin],)
    start = None if _mask(node, "begin_mask") else begin
    return sizes[start : None if _mask(node, "end_mask") else end : step]


def _mask(node: Node, name: str) -> int:
    return int(node.attr[name].i) if name in node.attr else 0


RULES: dict[str, Callable[[Graph, Node, Evaluate], Shape | None]] = {
    "ConcatV2": _concat,
    "Pack": _concat,
    "Prod": _product,
    "Mul": _multiply,
    "GatherV2": _gather,
    "Slice": _slice,
    "StridedSlice": _strided_slice,
}
