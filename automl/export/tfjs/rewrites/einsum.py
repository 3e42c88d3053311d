"""Einsum, which TF.js' wasm backend lacks, as one matrix product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automl.errors import ConversionError
from automl.export.tfjs.graph import Graph, Node
from automl.export.tfjs.rewrites.static_shapes import with_one_unknown
from automl.export.tfjs.shapes import Shape, infer_shapes

Sizes = dict[str, int | None]


@dataclass(frozen=True)
class Plan:
    """The labels of an einsum by what happens to them."""

    left: str
    right: str
    result: str

    @property
    def batch(self) -> str:
        """Labels kept on both sides."""
        return "".join(c for c in self.result if c in self.left and c in self.right)

    @property
    def rows(self) -> str:
        """Labels of the left side alone."""
        return "".join(c for c in self.left if c not in self.right)

    @property
    def columns(self) -> str:
        """Labels of the right side alone."""
        return "".join(c for c in self.right if c not in self.left)

    @property
    def summed(self) -> str:
        """Labels of both sides that the result lacks."""
        return "".join(c for c in self.left if c in self.right and c not in self.result)

    @property
    def works(self) -> bool:
        """Whether a single matrix product computes it."""
        labels = (self.left, self.right, self.result)
        alone = self.rows + self.columns
        return all(len(set(s)) == len(s) for s in labels) and all(c in self.result for c in alone)


def rewrite_einsum(graph: Graph) -> None:
    """Writes every two-operand einsum as transposes, a product and reshapes.

    Raises:
        ConversionError: If one matrix product does not compute it.
    """
    found = [n for n in graph.nodes.values() if n.op == "Einsum"]
    if not found:
        return
    shapes = infer_shapes(graph)
    for node in found:
        plan = _plan(node, [shapes.rank(ref) for ref in node.inputs])
        sizes: Sizes = {}
        for labels, ref in zip((plan.left, plan.right), node.inputs, strict=True):
            sizes.update(zip(labels, shapes.of(ref) or (), strict=True))
        if len(sizes) != len(set(plan.left + plan.right)):
            raise _unsupported(node)
        _Writer(graph, node, plan, sizes).write()
    graph.prune()


def _plan(node: Node, ranks: list[int | None]) -> Plan:
    equation = node.text("equation").replace(" ", "")
    left_hand, arrow, result = equation.partition("->")
    operands = left_hand.split(",")
    if not arrow or len(operands) != 2 or None in ranks:
        raise _unsupported(node)
    spare = "".join(c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in equation)
    for index, rank in enumerate(ranks):
        extra = spare[: (rank or 0) - len(operands[index].replace("...", ""))]
        if "..." in operands[index]:
            operands[index] = operands[index].replace("...", extra)
            result = result.replace("...", extra)
    plan = Plan(operands[0], operands[1], result)
    if not plan.works:
        raise _unsupported(node)
    return plan


def _unsupported(node: Node) -> ConversionError:
    return ConversionError(
        f"TF.js cannot hold the einsum {node.text('equation')!r} at {node.origin!r}: write it with"
        " keras.ops.matmul, transpose and reshape."
    )


class _Writer:
    """Writes the nodes of one einsum."""

    def __init__(self, graph: Graph, node: Node, plan: Plan, sizes: Sizes) -> None:
        self.graph, self.node, self.plan, self.sizes = graph, node, plan, sizes
        self.kind = {"T": node.attr["T"]}

    def write(self) -> None:
        plan = self.plan
        left = self._operand(self.node.inputs[0], plan.left, (plan.batch, plan.rows, plan.summed))
        right = self._operand(
            self.node.inputs[1], plan.right, (plan.batch, plan.summed, plan.columns)
        )
        if plan.batch:
            op, flags = "BatchMatMulV2", {"adj_x": False, "adj_y": False}
        else:
            op, flags = "MatMul", {"transpose_a": False, "transpose_b": False}
        product = self.graph.add(op, [left, right], self.node, self.kind, **flags)
        labels = plan.batch + plan.rows + plan.columns
        ref = product.name
        if len(plan.rows) != 1 or len(plan.columns) != 1:
            ref = self._reshape(ref, tuple(self.sizes[c] for c in labels))
        ref = self._transpose(ref, labels, plan.result)
        self.graph.redirect(self.node.name, ref)

    def _operand(self, ref: str, labels: str, groups: tuple[str, str, str]) -> str:
        """Brings an operand to [*batch, product of group 1, product of group 2]."""
        ref = self._transpose(ref, labels, "".join(groups))
        if all(len(group) == 1 for group in groups[1:]):
            return ref
        shape = tuple(self.sizes[c] for c in groups[0])
        return self._reshape(ref, (*shape, self._size(groups[1]), self._size(groups[2])))

    def _size(self, labels: str) -> int | None:
        sizes = [self.sizes[c] for c in labels]
        return None if None in sizes else int(np.prod([s or 0 for s in sizes], dtype=np.int64))

    def _transpose(self, ref: str, labels: str, wanted: str) -> str:
        if labels == wanted:
            return ref
        order = np.array([labels.index(c) for c in wanted], np.int32)
        value = self.graph.constant(ref)
        if value is not None:
            return self.graph.add_constant(np.transpose(value, order), self.node)
        inputs = [ref, self.graph.add_constant(order, self.node)]
        return self.graph.add("Transpose", inputs, self.node, self.kind, Tperm=np.int32).name

    def _reshape(self, ref: str, shape: Shape) -> str:
        target = with_one_unknown(shape)
        if target is None:
            raise ConversionError(
                f"The einsum at {self.node.origin!r} has two open sizes, {shape}, and TF.js needs"
                " all but the batch fixed: build the model with a fixed sequence length."
            )
        value = self.graph.constant(ref)
        if value is not None:
            return self.graph.add_constant(value.reshape(target), self.node)
        inputs = [ref, self.graph.add_constant(target, self.node)]
        return self.graph.add("Reshape", inputs, self.node, self.kind, Tshape=np.int32).name
