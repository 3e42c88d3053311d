"""TensorFlow's GraphDefs made independent of when they were traced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: Attributes that would keep a function call from being inlined.
_CALL_MARKS = ("_XlaMustCompile", "_noinline")


def without_call_marks(graph_def: Any) -> Any:
    """Takes the marks off, so that every function may become part of the graph.

    Args:
        graph_def: Changed in place, and returned.
    """
    for function in graph_def.library.function:
        for mark in _CALL_MARKS:
            function.attr.pop(mark, None)
    for node in all_nodes(graph_def):
        for mark in _CALL_MARKS:
            node.attr.pop(mark, None)
    return graph_def


def with_counted_names(graph_def: Any) -> Any:
    """Calls functions f0, f1, ... in their order: TensorFlow numbers them from the process's start.

    Args:
        graph_def: Changed in place, and returned.
    """
    functions = graph_def.library.function
    names = {function.signature.name: f"f{k}" for k, function in enumerate(functions)}
    for function in functions:
        function.signature.name = names[function.signature.name]
    for node in all_nodes(graph_def):
        node.op = names.get(node.op, node.op)
        for value in node.attr.values():
            for called in (value.func, *value.list.func):
                if called.name in names:
                    called.name = names[called.name]
    return graph_def


def all_nodes(graph_def: Any) -> Iterator[Any]:
    """Yields the nodes of a graph and of its functions."""
    yield from graph_def.node
    for function in graph_def.library.function:
        yield from function.node_def
