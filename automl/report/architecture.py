"""A trial's architecture as a tree a person can read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Branch:
    """One choice, or a group of choices.

    Attributes:
        name: What was chosen.
        value: What it was set to; empty for a group.
        children: What hangs below it.
    """

    name: str
    value: str
    children: tuple[Branch, ...] = ()


def tree(architecture: Mapping[str, Any]) -> tuple[Branch, ...]:
    """Returns an architecture's choices, grouped by the parts of their names.

    ``stage_1/plain/kernel`` hangs below ``plain``, and that below ``stage_1``.
    """
    nested: dict[str, Any] = {}
    for name, value in architecture.items():
        *groups, last = str(name).split("/")
        level = nested
        for group in groups:
            below = level.get(group)
            if not isinstance(below, dict):
                # A name may be a choice and a group: keep the choice inside the group.
                below = {} if below is None else {"": below}
                level[group] = below
            level = below
        if isinstance(level.get(last), dict):
            level[last][""] = value
        else:
            level[last] = value
    return _branches(nested)


def _branches(level: Mapping[Any, Any]) -> tuple[Branch, ...]:
    return tuple(_branch(str(name), value) for name, value in level.items() if name != "")


def _branch(name: str, value: Any) -> Branch:
    words = name.replace("_", " ")
    if isinstance(value, Mapping):
        own = value.get("")
        return Branch(words, "" if own is None else _text(own), _branches(value))
    if isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value):
        return Branch(words, "", tuple(_branch(str(i), each) for i, each in enumerate(value, 1)))
    return Branch(words, _text(value))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    return str(value)
