"""A space's choices as a tree on the screen, repeated stages folded."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rich.markup import escape
from rich.tree import Tree

_NUMBERED = re.compile(r"(.*)_(\d+)$")
#: Options of a long list that are shown at each end.
_SHOWN = 6


def tree_of(description: Mapping[str, Any]) -> Tree:
    """Returns what `SearchSpace.describe` gave as a tree; defaults are bold."""
    root = Tree(str(description["summary"]), guide_style="dim")
    _grow(root, description["choices"], "", ())
    return root


def _grow(
    branch: Tree, choices: Sequence[Mapping[str, Any]], scope: str, parent: Sequence[Any]
) -> None:
    """Hangs choices below a branch; those of one scope (``stage_1/...``) below its name.

    A scope that is as an earlier one of the same name and another number, and
    choices of a space's that are as those of the space before it, are said to
    be so instead of being spelled out again.

    Args:
        branch: Where they go.
        choices: What `SearchSpace.describe` says of them.
        scope: What their names begin with.
        parent: Every option of the choice they hang on.
    """
    shown: dict[str, tuple[str, list[Any]]] = {}
    spaces: dict[str, list[Any]] = {}
    for name, members in _grouped(choices, scope).items():
        head = f"{_condition(members, parent)}[cyan]{escape(name)}[/]"
        if not name.endswith("/"):
            _leaf(branch, members[0], scope, parent)
            continue
        plain = [_without(_unconditional(member), scope + name) for member in members]
        number = _NUMBERED.match(name[:-1])
        first = shown.get(number[1]) if number else None
        changes = _differences(first[1], plain) if first else None
        if first and changes is not None:
            but = f", but {_summed(changes)}" if changes else ""
            branch.add(f"{head}  as {escape(first[0])}{escape(but)}")
            continue
        if number:
            shown.setdefault(number[1], (name, plain))
        inner = [_unconditional(member) for member in members]
        if len(inner) == 1 and not inner[0].get("children"):
            rest = str(inner[0]["name"]).removeprefix(scope)
            branch.add(
                f"{_condition(members, parent)}[cyan]{escape(rest)}[/]  {_options(inner[0])}"
            )
            continue
        twig = branch.add(head)
        known = next(iter(spaces), None) if _is_union(choices, scope) else None
        same = [] if known is None else [each for each in plain if each in spaces[known]]
        kept = [each for each, bare in zip(inner, plain, strict=True) if bare not in same]
        _grow(twig, kept, scope + name, ())
        if same:
            names = dict.fromkeys(str(each["name"]).partition("/")[0] for each in same)
            twig.add(f"[dim]as {escape(str(known))}: [/][cyan]{escape(', '.join(names))}[/]")
        spaces[name] = plain


def _grouped(
    choices: Sequence[Mapping[str, Any]], scope: str
) -> dict[str, list[Mapping[str, Any]]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for choice in choices:
        group, slash, _ = str(choice["name"]).removeprefix(scope).partition("/")
        groups.setdefault(group + slash if slash else group, []).append(choice)
    return groups


def _is_union(choices: Sequence[Mapping[str, Any]], scope: str) -> bool:
    """Returns whether every choice hangs on one option, which is the name of its scope."""
    return not scope and all(
        list(each.get("when") or ()) == [str(each["name"]).partition("/")[0]] for each in choices
    )


def _leaf(branch: Tree, choice: Mapping[str, Any], scope: str, parent: Sequence[Any]) -> None:
    name = str(choice["name"]).removeprefix(scope)
    twig = branch.add(f"{_condition([choice], parent)}[cyan]{escape(name)}[/]  {_options(choice)}")
    inner = str(choice["name"]).rpartition("/")[0]
    children = list(choice.get("children", ()))
    _grow(twig, children, f"{inner}/" if inner else "", choice["options"])


def _condition(members: Sequence[Mapping[str, Any]], parent: Sequence[Any]) -> str:
    conditions = {tuple(member.get("when") or ()) for member in members}
    when = conditions.pop() if len(conditions) == 1 else ()
    if not when or (len(when) == len(parent) and len(parent) > 1):
        return ""
    return f"[dim]if {escape(_listed(when))}: [/]"


def _summed(changes: Sequence[tuple[str, str]]) -> str:
    """Returns changes in words, those that are alike together: ``kernel 3 in plain, residual``."""
    alike: dict[tuple[str, str], list[str]] = {}
    for name, options in changes:
        scope, _, last = name.rpartition("/")
        alike.setdefault((last, options), []).append(scope)
    return "; ".join(
        f"{last} {options}" + (f" in {', '.join(scopes)}" if scopes != [""] else "")
        for (last, options), scopes in alike.items()
    )


def _options(choice: Mapping[str, Any]) -> str:
    texts = [
        f"[bold]{escape(str(option))}[/]" if option == choice["default"] else escape(str(option))
        for option in choice["options"]
    ]
    if len(texts) > 3 * _SHOWN:
        texts = [*texts[:_SHOWN], f"… {len(texts) - 2 * _SHOWN} more …", *texts[-_SHOWN:]]
    return ", ".join(texts)


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(map(str, values))


def _unconditional(choice: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in choice.items() if key != "when"}


def _without(choice: Mapping[str, Any], scope: str) -> dict[str, Any]:
    """Returns a choice with names that do not say in which scope it stands."""
    record = {**choice, "name": str(choice["name"]).removeprefix(scope)}
    if "children" in choice:
        record["children"] = [_without(child, scope) for child in choice["children"]]
    return record


def _differences(one: Sequence[Any], other: Sequence[Any]) -> list[tuple[str, str]] | None:
    """Returns name and options of what differs; None if the choices themselves do."""
    if [each["name"] for each in one] != [each["name"] for each in other]:
        return None
    changes: list[tuple[str, str]] = []
    for mine, yours in zip(one, other, strict=True):
        if list(mine["options"]) != list(yours["options"]):
            changes.append((str(yours["name"]), _listed(yours["options"])))
        below = _differences(mine.get("children", ()), yours.get("children", ()))
        if below is None:
            return None
        changes += below
    return changes
