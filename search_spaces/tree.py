"""A declared space as a tree: what depends on what, and how many points there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any


@dataclass
class Node:
    """One hyperparameter and what hangs on its values.

    Attributes:
        name: Full name.
        options: Every value it can take.
        default: The value it has when none is given.
        children: (parent values, child) pairs: the child is active under those.
    """

    name: str
    options: tuple[Any, ...]
    default: Any
    children: list[tuple[tuple[Any, ...], Node]] = field(default_factory=list)

    def size(self) -> int:
        """Returns the number of distinct settings of this node and all below it."""
        return sum(
            prod(child.size() for values, child in self.children if option in values)
            for option in self.options
        )

    def describe(self) -> dict[str, Any]:
        """Returns the node as JSON-ready nested dictionaries."""
        record: dict[str, Any] = {
            "name": self.name,
            "options": list(self.options),
            "default": self.default,
        }
        if self.children:
            record["children"] = [
                {"when": list(values), **child.describe()} for values, child in self.children
            ]
        return record


def options_of(hp: Any) -> tuple[Any, ...]:
    """Returns every value of a hyperparameter; of a continuous range some, evenly spread."""
    if not hasattr(hp, "min_value") or hp.step is not None:
        return tuple(hp.values)
    if isinstance(hp.min_value, int):
        return tuple(range(hp.min_value, hp.max_value + 1))
    return tuple(sorted(hp.values))


def is_continuous(hp: Any) -> bool:
    """Returns whether a hyperparameter's values cannot be counted."""
    return hasattr(hp, "min_value") and hp.step is None and not isinstance(hp.min_value, int)


def is_option(hp: Any, value: Any) -> bool:
    """Returns whether a hyperparameter can have a value."""
    if not is_continuous(hp):
        return value in options_of(hp)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and hp.min_value <= value <= hp.max_value


def span_of(hp: Any) -> str:
    """Returns the range of a numeric hyperparameter in words."""
    return f"{hp.min_value:g} to {hp.max_value:g}"


def space_tree(hyperparameters: Any) -> list[Node]:
    """Returns the root nodes of a `keras_tuner.HyperParameters`.

    Raises:
        ValueError: If two hyperparameters share a name: KerasTuner allows it
            under two conditions, and then loses the value of the active one.
    """
    nodes: dict[str, Node] = {}
    roots = []
    for hp in hyperparameters.space:
        if hp.name in nodes:
            raise ValueError(
                f"A hyperparameter is declared once. Received: {hp.name!r} under two conditions;"
                " put each in a name scope of its own."
            )
        options = (span_of(hp),) if is_continuous(hp) else options_of(hp)
        node = Node(hp.name, options, hp.default)
        nodes[hp.name] = node
        if not hp.conditions:
            roots.append(node)
            continue
        # Scopes are nested, so the innermost condition implies those around it.
        parent = hp.conditions[-1]
        nodes[parent.name].children.append((tuple(parent.values), node))
    return roots
